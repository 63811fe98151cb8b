"""What the gateway knows to be true is true, in whichever order replies and changes arrive."""

from __future__ import annotations

from boxd.gateway.known import Known, Mark


def mark(etag: str = '"a"', card: int = 7, epoch: int = 5, true_s: float = 60) -> Mark:
    return Mark(etag, card, epoch, true_s)


def test_a_page_is_true_until_its_attendee_changes() -> None:
    known = Known()
    known.note("/a/x/now", mark())
    known.changed(6, [8])
    assert known.is_true("/a/x/now", '"a"')
    assert not known.is_true("/a/x/now", '"b"')
    assert not known.is_true("/a/y/now", '"a"')
    known.changed(7, [7])
    assert not known.is_true("/a/x/now", '"a"')


def test_a_reply_that_was_read_before_the_change_is_not_remembered() -> None:
    known = Known()
    known.changed(6, [7])
    known.note("/a/x/now", mark(epoch=5))
    assert not known.is_true("/a/x/now", '"a"')
    known.note("/a/x/now", mark(epoch=6))
    assert known.is_true("/a/x/now", '"a"')


def test_when_all_change_nothing_is_known() -> None:
    known = Known()
    known.note("/a/x/now", mark())
    known.all_changed(6)
    assert not known.is_true("/a/x/now", '"a"')
    known.note("/a/x/now", mark(epoch=5))
    assert not known.is_true("/a/x/now", '"a"')


def test_a_page_is_true_as_long_as_it_said() -> None:
    known = Known()
    known.note("/a/x/now", mark(true_s=0))
    assert not known.is_true("/a/x/now", '"a"')
