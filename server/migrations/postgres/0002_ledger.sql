-- The ledger of reservations is not served from PostgreSQL yet; its tables come with the version that does.
-- This number exists so that both databases count their migrations alike.
SELECT 1;
