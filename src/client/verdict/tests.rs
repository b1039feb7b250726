use super::*;

const CLASSES: [Repeat; 6] = [
    Repeat::Safe,
    Repeat::LevelSet,
    Repeat::Edge,
    Repeat::Create,
    Repeat::Link,
    Repeat::Delete,
];

const fn facts(repeat: Repeat, outcome: Outcome) -> Facts {
    Facts {
        repeat,
        outcome,
        may_retry: true,
        may_wait_for_limit: true,
        doubted: false,
        lockable: false,
        refreshable: false,
    }
}

fn row(facts: impl Fn(Repeat) -> Facts) -> [Verdict; 6] {
    CLASSES.map(|repeat| verdict(&facts(repeat)))
}

/// Every class against every outcome of a first sending.
#[test]
fn the_first_sending_follows_the_table() {
    use Verdict::{Done, ReadBack, RefreshToken, Refused, Wait};
    let unavailable = Wait(Why::Unavailable);
    let unknown = [
        unavailable,
        ReadBack,
        ReadBack,
        ReadBack,
        ReadBack,
        unavailable,
    ];
    for (outcome, expected) in [
        (Outcome::NotSent, [Wait(Why::Unreachable); 6]),
        (Outcome::NoToken, [Wait(Why::NoToken); 6]),
        (Outcome::TokenLimited, [Wait(Why::Limited); 6]),
        (Outcome::Unanswered, unknown),
        (Outcome::Status(500), unknown),
        (Outcome::Status(502), unknown),
        (Outcome::Status(503), unknown),
        (Outcome::Status(504), unknown),
        (Outcome::Status(524), unknown),
        (Outcome::Status(408), unknown),
        (Outcome::Status(200), [Done; 6]),
        (Outcome::Status(201), [Done; 6]),
        (Outcome::Status(204), [Done; 6]),
        (Outcome::Status(302), [Refused; 6]),
        (Outcome::Status(400), [Refused; 6]),
        (Outcome::Status(401), [Refused; 6]),
        (Outcome::Status(403), [Refused; 6]),
        (Outcome::Status(404), [Refused; 6]),
        (Outcome::Status(409), [Refused; 6]),
        (Outcome::Status(422), [Refused; 6]),
        (Outcome::Status(429), [Wait(Why::Limited); 6]),
        (Outcome::Status(501), [Refused; 6]),
        (Outcome::Status(505), [Refused; 6]),
    ] {
        assert_eq!(
            row(|repeat| facts(repeat, outcome)),
            expected,
            "{outcome:?}"
        );
    }
    let refreshable = |repeat| Facts {
        refreshable: true,
        ..facts(repeat, Outcome::Status(401))
    };
    assert_eq!(row(refreshable), [RefreshToken; 6]);
}

#[test]
fn out_of_tries_the_mutating_classes_still_read_back() {
    use Verdict::{GiveUp, ReadBack, Refused};
    let last = |outcome| {
        move |repeat| Facts {
            may_retry: false,
            may_wait_for_limit: false,
            ..facts(repeat, outcome)
        }
    };
    let unknown = [GiveUp, ReadBack, ReadBack, ReadBack, ReadBack, ReadBack];
    assert_eq!(row(last(Outcome::Unanswered)), unknown);
    assert_eq!(row(last(Outcome::Status(503))), unknown);
    assert_eq!(row(last(Outcome::NotSent)), [GiveUp; 6]);
    assert_eq!(row(last(Outcome::Status(429))), [Refused; 6]);
}

#[test]
fn after_our_own_unknown_sending_a_refusal_may_be_our_own_doing() {
    use Verdict::{AlreadyGone, Done, ReadBack, Refused};
    let doubted = |outcome| {
        move |repeat| Facts {
            doubted: true,
            ..facts(repeat, outcome)
        }
    };
    let read = [Refused, ReadBack, ReadBack, ReadBack, ReadBack, ReadBack];
    for status in [400, 403, 409, 422] {
        assert_eq!(row(doubted(Outcome::Status(status))), read, "{status}");
    }
    let gone = [Refused, ReadBack, ReadBack, ReadBack, ReadBack, AlreadyGone];
    assert_eq!(row(doubted(Outcome::Status(404))), gone);
    assert_eq!(row(doubted(Outcome::Status(200))), [Done; 6]);
}

#[test]
fn a_doubted_call_that_can_no_longer_be_sent_is_in_doubt() {
    let last = |repeat| Facts {
        may_retry: false,
        doubted: true,
        ..facts(repeat, Outcome::NotSent)
    };
    let mut expected = [Verdict::InDoubt; 6];
    expected[0] = Verdict::GiveUp;
    assert_eq!(row(last), expected);
}

#[test]
fn a_locked_node_is_waited_for_unless_the_lock_may_be_our_own() {
    let locked = |repeat, doubted| {
        verdict(&Facts {
            lockable: true,
            doubted,
            ..facts(repeat, Outcome::Status(409))
        })
    };
    assert_eq!(locked(Repeat::LevelSet, false), Verdict::Wait(Why::Locked));
    assert_eq!(locked(Repeat::Edge, false), Verdict::Wait(Why::Locked));
    assert_eq!(
        locked(Repeat::LevelSet, true),
        Verdict::WaitAndRead(Why::Locked)
    );
    assert_eq!(locked(Repeat::Edge, true), Verdict::ReadBack);
}

/// Whatever happens, an edge that may have happened is not sent again.
#[test]
fn an_edge_is_never_sent_again_after_an_unknown_outcome() {
    for status in (0..=600).filter(|status| Outcome::Status(*status).is_unknown()) {
        for may_retry in [true, false] {
            let facts = Facts {
                may_retry,
                ..facts(Repeat::Edge, Outcome::Status(status))
            };
            assert_eq!(verdict(&facts), Verdict::ReadBack, "{status}");
        }
    }
    for sight in [Sight::Converged, Sight::NotYet, Sight::Unclear] {
        assert_eq!(after_reading(&reading(Repeat::Edge, sight)), Next::InDoubt);
    }
}

/// Only whoever watches takes a reboot that is seen for his own, and looks for a while.
#[test]
fn a_reboot_that_is_watched_for_is_taken_as_carried_out_when_it_is_seen() {
    for (sight, may_look, expected) in [
        (Sight::Converged, false, Next::Adopt),
        (Sight::NotYet, true, Next::LookAgain),
        (Sight::Unclear, true, Next::LookAgain),
        (Sight::NotYet, false, Next::InDoubt),
    ] {
        let watched = Reading {
            watches: true,
            may_look,
            ..reading(Repeat::Edge, sight)
        };
        assert_eq!(after_reading(&watched), expected, "{sight:?}");
    }
}

fn reading(repeat: Repeat, sight: Sight) -> Reading {
    Reading {
        repeat,
        sight,
        refused: false,
        may_retry: true,
        may_look: true,
        watches: false,
    }
}

#[test]
fn reading_back_decides_by_class() {
    use Next::{Adopt, InDoubt, LookAgain, Refused, SendAgain};
    use Sight::{Converged, NotYet, Unclear};
    for (repeat, sight, refused, may_retry, may_look, expected) in [
        (Repeat::LevelSet, Converged, false, true, true, Adopt),
        (Repeat::LevelSet, NotYet, false, true, true, SendAgain),
        (Repeat::LevelSet, NotYet, false, false, true, InDoubt),
        (Repeat::LevelSet, NotYet, true, true, true, Refused),
        (Repeat::LevelSet, Unclear, false, true, true, InDoubt),
        (Repeat::Link, Converged, true, true, true, Adopt),
        (Repeat::Link, NotYet, false, true, true, SendAgain),
        (Repeat::Link, NotYet, true, true, true, Refused),
        (Repeat::Link, Unclear, true, true, true, InDoubt),
        (Repeat::Delete, Converged, false, false, true, Adopt),
        (Repeat::Delete, NotYet, true, true, true, Refused),
        (Repeat::Delete, NotYet, false, false, true, InDoubt),
        (Repeat::Create, Converged, false, true, false, Adopt),
        (Repeat::Create, NotYet, false, true, true, LookAgain),
        (Repeat::Create, NotYet, false, true, false, InDoubt),
        (Repeat::Create, Unclear, false, true, true, InDoubt),
    ] {
        assert_eq!(
            after_reading(&Reading {
                refused,
                may_retry,
                may_look,
                ..reading(repeat, sight)
            }),
            expected,
            "{repeat:?} {sight:?} refused {refused} retry {may_retry} look {may_look}",
        );
    }
}

/// A creation is never sent twice, unless the first certainly did not arrive.
#[test]
fn a_creation_in_doubt_is_never_sent_again() {
    for sight in [Sight::Converged, Sight::NotYet, Sight::Unclear] {
        for flags in 0..8 {
            let next = after_reading(&Reading {
                refused: flags & 1 != 0,
                may_retry: flags & 2 != 0,
                may_look: flags & 4 != 0,
                ..reading(Repeat::Create, sight)
            });
            assert_ne!(next, Next::SendAgain, "{sight:?} {flags:b}");
        }
    }
}
