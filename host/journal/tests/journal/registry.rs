//! What is known of adapters.

use eclusa_journal::registry::{
    AdapterRecord, AuditAbout, AuditAction, AuditEntry, AuditSubject, Deployment, DeploymentState,
    Door, KeptRevision, Mode, Served, StageRecord, SubjectKind,
};
use eclusa_journal::{Journal, JournalError, Page, Registry, RegistryChange};
use sha2::{Digest, Sha256};

use crate::Maker;
use crate::make::page;

pub(crate) fn id(number: u64) -> String {
    ulid::Ulid::from_parts(1_700_000_000_000 + number, 7).to_string()
}

pub(crate) fn adapter(name: &str, revision: u64) -> AdapterRecord {
    AdapterRecord {
        name: name.to_owned(),
        revision,
        active: Some(Served { revision: "ab".repeat(32), deployment: id(1) }),
        kept: vec![KeptRevision {
            sha256: "ab".repeat(32),
            version: "1.0.0".to_owned(),
            interface: "0.1.0".to_owned(),
            bytes: 12,
            added_at: "2026-01-02T03:04:05Z".to_owned(),
        }],
        pins: [("shop".to_owned(), "cd".repeat(32))].into(),
        ..AdapterRecord::default()
    }
}

pub(crate) fn deployment(number: u64, adapter: &str) -> Deployment {
    Deployment {
        id: id(number),
        adapter: adapter.to_owned(),
        revision: "ab".repeat(32),
        bytes: 12,
        predecessor: None,
        door: Door::Folder,
        actor: "folder".to_owned(),
        mode: Mode::Auto,
        created_at: "2026-01-02T03:04:05Z".to_owned(),
        updated_at: "2026-01-02T03:04:05Z".to_owned(),
        state: DeploymentState::Checking,
        reason: None,
        stages: vec![StageRecord {
            stage: "format".to_owned(),
            ok: true,
            code: None,
            duration_ms: 0.25,
            message: "a component of 12 bytes".to_owned(),
        }],
        changes: vec![],
        shadow: None,
    }
}

pub(crate) fn entry(number: u64, adapter: &str) -> AuditEntry {
    AuditEntry {
        id: id(number),
        at: "2026-01-02T03:04:05Z".to_owned(),
        actor: "ana".to_owned(),
        action: AuditAction::Submitted,
        subject: AuditSubject::new(SubjectKind::Adapter, adapter),
        revision: Some("ab".repeat(32)),
        deployment: None,
        channel: None,
        detail: "a file of 12 bytes".to_owned(),
    }
}

pub(crate) fn about(kind: SubjectKind, id: Option<&str>) -> AuditAbout {
    AuditAbout { kind, id: id.map(str::to_owned) }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn change(adapter: AdapterRecord) -> RegistryChange {
    RegistryChange { adapter: Some(adapter), ..RegistryChange::default() }
}

pub(crate) async fn an_adapter_is_recorded_with_its_evidence(maker: &impl Maker) {
    let journal = maker.open();
    assert!(journal.adapters().await.unwrap().is_empty());
    let first = RegistryChange {
        adapter: Some(adapter("telegram", 1)),
        deployments: vec![deployment(1, "telegram")],
        audit: vec![entry(1, "telegram"), entry(2, "telegram")],
    };
    journal.record(first).await.unwrap();
    journal.record(change(adapter("open", 1))).await.unwrap();
    assert_eq!(journal.adapters().await.unwrap(), [adapter("open", 1), adapter("telegram", 1)]);
    assert_eq!(journal.deployment(id(1)).await.unwrap(), Some(deployment(1, "telegram")));
    assert_eq!(journal.deployment(id(2)).await.unwrap(), None);
    let audit = journal.audit(None, page(10)).await.unwrap();
    assert_eq!(audit, [entry(2, "telegram"), entry(1, "telegram")]);

    let next = AdapterRecord { active: None, ..adapter("telegram", 2) };
    let live = Deployment { state: DeploymentState::Live, ..deployment(1, "telegram") };
    let second = RegistryChange {
        adapter: Some(next.clone()),
        deployments: vec![live.clone(), deployment(2, "telegram")],
        audit: vec![],
    };
    journal.record(second).await.unwrap();
    assert_eq!(journal.adapters().await.unwrap()[1], next);
    let deployments = journal.deployments(None, page(10)).await.unwrap();
    assert_eq!(deployments, [deployment(2, "telegram"), live]);
    // A deployment's stages change while the adapter does not.
    let third = RegistryChange {
        deployments: vec![deployment(1, "telegram")],
        ..RegistryChange::default()
    };
    journal.record(third).await.unwrap();
    assert_eq!(journal.deployment(id(1)).await.unwrap(), Some(deployment(1, "telegram")));
    assert_eq!(journal.adapters().await.unwrap()[1], next);
}

pub(crate) async fn a_record_from_an_old_revision_changes_nothing(maker: &impl Maker) {
    let journal = maker.open();
    journal.record(change(adapter("open", 1))).await.unwrap();
    journal.record(change(adapter("open", 2))).await.unwrap();
    for (name, revision, newest) in [("open", 2, 2), ("open", 4, 2), ("open", 0, 2), ("new", 2, 0)]
    {
        let stale = RegistryChange {
            adapter: Some(adapter(name, revision)),
            deployments: vec![deployment(1, name)],
            audit: vec![entry(1, name)],
        };
        let error = journal.record(stale).await.unwrap_err();
        assert!(
            matches!(&error, JournalError::RevisionConflict { id, expected, found }
                if id == name && *expected == revision.saturating_sub(1) && *found == newest),
            "{error}"
        );
    }
    assert_eq!(journal.adapters().await.unwrap(), [adapter("open", 2)]);
    assert!(journal.deployments(None, page(10)).await.unwrap().is_empty());
    assert!(journal.audit(None, page(10)).await.unwrap().is_empty());
}

pub(crate) async fn what_is_on_record_is_not_written_over(maker: &impl Maker) {
    let journal = maker.open();
    let first = RegistryChange { audit: vec![entry(1, "open")], ..RegistryChange::default() };
    journal.record(first).await.unwrap();
    let again = RegistryChange {
        adapter: Some(adapter("open", 1)),
        deployments: vec![deployment(1, "open")],
        audit: vec![entry(2, "open"), entry(1, "telegram")],
    };
    let error = journal.record(again).await.unwrap_err();
    assert!(matches!(error, JournalError::Storage(_)), "{error}");
    assert_eq!(journal.audit(None, page(10)).await.unwrap(), [entry(1, "open")]);
    assert!(journal.adapters().await.unwrap().is_empty());
    assert!(journal.deployments(None, page(10)).await.unwrap().is_empty());
}

pub(crate) async fn what_happened_is_read_page_by_page(maker: &impl Maker) {
    let journal = maker.open();
    // Not in the order of their ids.
    for number in [3, 1, 4, 2, 0] {
        let name = if number % 2 == 0 { "open" } else { "telegram" };
        let change = RegistryChange {
            adapter: None,
            deployments: vec![deployment(number, name)],
            audit: vec![entry(number, name)],
        };
        journal.record(change).await.unwrap();
    }
    for (name, expected) in [(None, vec![4, 3, 2, 1, 0]), (Some("open"), vec![4, 2, 0])] {
        let name = name.map(str::to_owned);
        let (mut deployments, mut audit) = (Vec::new(), Vec::new());
        let mut before = None;
        loop {
            let page = Page { before: before.clone(), ..page(2) };
            let found = journal.deployments(name.clone(), page.clone()).await.unwrap();
            deployments.extend(found.iter().map(|it| it.id.clone()));
            let about = name.clone().map(|name| about(SubjectKind::Adapter, Some(&name)));
            let found = journal.audit(about, page).await.unwrap();
            before = found.last().map(|entry| entry.id.clone());
            audit.extend(found.into_iter().map(|it| it.id));
            if before.is_none() {
                break;
            }
        }
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(deployments, expected);
        assert_eq!(audit, expected);
    }
    let wrong = Page { before: Some("yesterday".to_owned()), ..page(2) };
    let is_cursor = |error| matches!(error, JournalError::Cursor { .. });
    assert!(is_cursor(journal.deployments(None, wrong.clone()).await.unwrap_err()));
    assert!(is_cursor(journal.audit(None, wrong).await.unwrap_err()));
}

pub(crate) async fn what_happened_is_found_by_all_that_it_is_about(maker: &impl Maker) {
    let journal = maker.open();
    let on = |number, kind, id: &str, channel: Option<&str>| AuditEntry {
        subject: AuditSubject::new(kind, id),
        channel: channel.map(str::to_owned),
        ..entry(number, "")
    };
    let entries = [
        on(1, SubjectKind::Adapter, "shop", None),
        on(2, SubjectKind::Adapter, "shop", Some("site")),
        on(3, SubjectKind::Channel, "site", Some("site")),
        on(4, SubjectKind::Channel, "shop", None),
        on(5, SubjectKind::Token, "ana", None),
    ];
    for entry in &entries {
        journal.note(entry.clone()).await.unwrap();
    }
    let journal = maker.reopen(journal);
    for (kind, name, expected) in [
        (SubjectKind::Adapter, None, vec![2, 1]),
        (SubjectKind::Adapter, Some("shop"), vec![2, 1]),
        (SubjectKind::Adapter, Some("site"), vec![]),
        (SubjectKind::Channel, None, vec![4, 3, 2]),
        (SubjectKind::Channel, Some("site"), vec![3, 2]),
        (SubjectKind::Channel, Some("shop"), vec![4]),
        (SubjectKind::Token, Some("ana"), vec![5]),
        (SubjectKind::Key, None, vec![]),
    ] {
        let found = journal.audit(Some(about(kind, name)), page(10)).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|it| it.id).collect();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(found, expected, "{kind:?} {name:?}");
    }
}

pub(crate) async fn a_component_is_kept_under_its_hash(maker: &impl Maker) {
    let journal = maker.open();
    let bytes = b"\0asm one".to_vec();
    let name = sha256(&bytes);
    assert_eq!(journal.component(name.clone()).await.unwrap(), None);
    for _ in 0..2 {
        journal.put_component(name.clone(), bytes.clone()).await.unwrap();
        assert_eq!(journal.component(name.clone()).await.unwrap(), Some(bytes.clone()));
    }
    let other = b"\0asm two".to_vec();
    journal.put_component(sha256(&other), other.clone()).await.unwrap();
    journal.remove_component(name.clone()).await.unwrap();
    journal.remove_component(name.clone()).await.unwrap();
    assert_eq!(journal.component(name).await.unwrap(), None);
    assert_eq!(journal.component(sha256(&other)).await.unwrap(), Some(other));
}

pub(crate) async fn a_component_has_no_name_but_its_hash(maker: &impl Maker) {
    let journal = maker.open();
    let bytes = b"\0asm".to_vec();
    let upper = sha256(&bytes).to_uppercase();
    for name in [&sha256(b"else"), &upper, "", "../journal", "open"] {
        let error = journal.put_component(name.to_owned(), bytes.clone()).await.unwrap_err();
        assert!(error.to_string().contains("SHA-256"), "{error}");
        assert_eq!(journal.component(name.to_owned()).await.unwrap(), None);
        journal.remove_component(name.to_owned()).await.unwrap();
    }
}
