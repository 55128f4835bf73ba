-- The commit log belongs to the embedded database's way of serving reservations.
-- This number exists so that both databases count their migrations alike.
SELECT 1;
