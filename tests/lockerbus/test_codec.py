"""The frames are those of the makers' documents, and what is broken or others' is no reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxd.lockerbus.codec import (
    OpenLock,
    ReadLocks,
    find_order,
    find_reply,
    order_bytes,
    reply_bytes,
)
from boxd.lockerbus.sections import BoardProtocol

EIGHT_A, CU = BoardProtocol.HEADER_8A, BoardProtocol.CU
ORDERS = st.one_of(
    st.builds(OpenLock, st.integers(1, 32), st.integers(1, 24)),
    st.builds(ReadLocks, st.integers(1, 32)),
)


@pytest.mark.parametrize(
    ("protocol", "order", "frame"),
    [
        (EIGHT_A, OpenLock(1, 1), "8A 01 01 11 9B"),
        (EIGHT_A, OpenLock(1, 2), "8A 01 02 11 98"),
        (EIGHT_A, ReadLocks(1), "80 01 00 33 B2"),
        (CU, OpenLock(0, 1), "02 00 00 61 03 66"),
        (CU, ReadLocks(0), "02 00 00 60 03 65"),
    ],
)
def test_orders_are_the_documents_own_examples(
    protocol: BoardProtocol, order: OpenLock | ReadLocks, frame: str
) -> None:
    assert order_bytes(protocol, order) == bytes.fromhex(frame)


def test_the_contacts_are_those_of_a_documents_example() -> None:
    reply = find_reply(EIGHT_A, ReadLocks(1), bytes.fromhex("80 01 01 01 01 33 B3"))

    assert reply is not None
    assert [lock for lock in range(1, 25) if reply.contacts >> (lock - 1) & 1] == [1, 9, 17]


def test_lock_0_which_opens_all_can_not_be_said() -> None:
    for protocol in BoardProtocol:
        with pytest.raises(ValueError, match="no lock 0"):
            order_bytes(protocol, OpenLock(1, 0))


@pytest.mark.parametrize("protocol", BoardProtocol)
@given(order=ORDERS, contacts=st.integers(0, 2**24 - 1), noise=st.binary(max_size=8))
def test_a_reply_is_found_behind_noise(
    protocol: BoardProtocol, order: OpenLock | ReadLocks, contacts: int, noise: bytes
) -> None:
    whole = reply_bytes(protocol, order, contacts, 24)
    if find_reply(protocol, order, noise + whole[:-1]) is not None:
        return  # by chance the noise and the start are a frame

    reply = find_reply(protocol, order, noise + whole)

    assert reply is not None
    assert isinstance(order, OpenLock) or reply.contacts == contacts


@pytest.mark.parametrize("protocol", BoardProtocol)
@given(order=ORDERS, flipped=st.integers(0, 7))
def test_a_reply_with_a_flipped_bit_is_none(
    protocol: BoardProtocol, order: OpenLock | ReadLocks, flipped: int
) -> None:
    whole = bytearray(reply_bytes(protocol, order, 0, 24))
    whole[-1] ^= 1 << flipped

    assert find_reply(protocol, order, bytes(whole)) is None


@pytest.mark.parametrize("protocol", BoardProtocol)
def test_another_boards_reply_is_none(protocol: BoardProtocol) -> None:
    for mine, theirs in ((OpenLock(1, 3), OpenLock(2, 3)), (ReadLocks(1), ReadLocks(2))):
        assert find_reply(protocol, mine, reply_bytes(protocol, theirs, 0, 24)) is None


@pytest.mark.parametrize("protocol", BoardProtocol)
@given(order=ORDERS, noise=st.binary(max_size=3))
def test_a_board_understands_what_it_is_told(
    protocol: BoardProtocol, order: OpenLock | ReadLocks, noise: bytes
) -> None:
    found = find_order(protocol, order_bytes(protocol, order))

    assert found is not None
    assert found[0] == order
