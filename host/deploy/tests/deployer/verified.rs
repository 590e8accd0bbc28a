//! Requests that were let in by another scheme than they would be now.

use eclusa_deploy::{Remapped, Trust, VERIFIED_OTHERWISE};
use eclusa_journal::Traffic;
use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};

use crate::world::{SHOP, World, shop, text};

fn entry(world: &World, id: &str) -> AuditEntry {
    let subject = AuditSubject::new(SubjectKind::DeadLetter, id);
    let (action, channel) = (AuditAction::Redriven, "site".to_owned());
    world.deployer.entry_of_channel("ana", action, subject, channel, String::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_wait_for_a_person() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    world.deploy(shop("traps-later")).await;
    world.later(601);
    world.wait_for(AuditAction::Proven).await;
    let mut ids = Vec::new();
    // A scheme that the channel had, none that is known, and that of today.
    for (id, by) in (0..).zip([Some("hmac-sha256 1f3c0a7be2d94410"), None, Some("none")]) {
        let (_, accepted) = world.chat_by("site", &text(id, "t1", "boom"), by).await;
        ids.push(accepted.request_id);
    }
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    let remapped = world.wait_for(AuditAction::Remapped).await;
    assert_eq!(remapped.detail, "1 requests were mapped again, 2 still fail");
    for id in &ids[..2] {
        let record = world.journal.request(id.clone()).await.unwrap().unwrap();
        let problem = record.problem.unwrap();
        assert_eq!(problem.code, VERIFIED_OTHERWISE);
        assert!(problem.message.contains("`none`"), "{}", problem.message);
        let before: Vec<_> = record.earlier.iter().map(|it| it.problem.code.as_str()).collect();
        assert_eq!(before.len(), 1, "how it failed at first stays known: {before:?}");
        let again = async |trust| {
            world.deployer.map_again(id, None, trust, entry(&world, id)).await.unwrap()
        };
        assert_eq!(again(Trust::SameScheme).await, Remapped::Failed(problem));
        assert_eq!(again(Trust::Seen).await, Remapped::Mapped);
    }
}
