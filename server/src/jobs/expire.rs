//! Announces expiries: sleeps until the next deadline of any tenant. (An expired hold is free without it.)

use crate::state::Services;

pub(super) async fn run(services: Services) {
    let mut next = services.ledger.next_deadline();
    loop {
        let deadline = *next.borrow_and_update();
        let Some(deadline) = deadline else {
            if next.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            () = services.clock.sleep_until(deadline) => {}
            changed = next.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        }
        services.ledger.tick();
        // The deadline moves when the expiry is committed. Should that fail, the next try is a little later.
        let pause = tokio::time::sleep(std::time::Duration::from_secs(1));
        tokio::select! {
            () = pause => {}
            changed = next.changed() => if changed.is_err() { return },
        }
    }
}
