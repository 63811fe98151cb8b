"""boxd's own playbooks: what to do when something stands still, and on the days of an event.

Each is data alone: an organiser's file (`boxd/playbooks/files.py`) can say the same things.
"""

from __future__ import annotations

from boxd.recovery import (
    END,
    FAILED,
    PASSED,
    AboutWhat,
    Choice,
    Deed,
    OwnWork,
    Playbook,
    PlaybookStep,
)
from boxd.words import N_

_YES, _NO, _DONE = N_("Yes"), N_("No"), N_("Done")
_COUNTED = N_("That many")


def _done(step: str, ask: str, then: str = END) -> PlaybookStep:
    return PlaybookStep(step, ask, (Choice("done", _DONE, then),))


def _whether(step: str, ask: str, yes: str = END, no: str = END) -> PlaybookStep:
    return PlaybookStep(step, ask, (Choice("yes", _YES, yes), Choice("no", _NO, no)))


JAMMED_LOCKER = Playbook(
    "jammed-locker",
    N_("A locker is jammed"),
    N_("A locker did not open, whether a prize lies in it or not."),
    (
        PlaybookStep(
            "open",
            N_("Open locker {locker} by hand, or by the recorded override. Is it open now?"),
            (
                Choice("yes", _YES, "prize"),
                Choice("no", N_("No, it stays closed"), END, Deed.OUT_OF_SERVICE),
            ),
        ),
        PlaybookStep(
            "prize",
            N_("What lies in locker {locker}? Take it out."),
            (
                Choice("good", N_("A prize in good order"), "repaired", Deed.PRIZE_BACK),
                Choice("broken", N_("A broken prize"), "repaired", Deed.PRIZE_BROKEN),
                Choice("empty", N_("Nothing"), "repaired"),
            ),
        ),
        PlaybookStep(
            "repaired",
            N_("Close locker {locker}, and open it twice by override. Did it open both times?"),
            (
                Choice("yes", _YES, END, Deed.IN_SERVICE),
                Choice("no", _NO, END, Deed.OUT_OF_SERVICE),
            ),
        ),
    ),
    (AboutWhat.LOCKER,),
)
MISSING_UNIT = Playbook(
    "missing-unit",
    N_("A unit is missing, or one too many is there"),
    N_("The stock on the screen is not what lies on the shelf."),
    (
        PlaybookStep(
            "count",
            N_("Count the units of {prize} that lie on the shelf or in lockers. How many?"),
            (Choice("counted", _COUNTED, END, Deed.COUNT),),
            counts=True,
        ),
    ),
    (AboutWhat.PRIZE,),
)
STOCKTAKE = Playbook(
    "stocktake",
    N_("Stocktake"),
    N_("Every prize is to be counted, compared and booked."),
    (PlaybookStep("prizes", calls=MISSING_UNIT.id, each_prize=True),),
)
UNKNOWN_OPENING = Playbook(
    "unknown-opening",
    N_("Nobody knows whether a locker opened"),
    N_("An order to a latch has no known end, and no redemption asks about it."),
    (
        _whether("look", N_("Look at locker {locker}. Is it open?"), "prize", "jammed"),
        PlaybookStep(
            "prize",
            N_("What lies in locker {locker}? Take it out."),
            (
                Choice("good", N_("A prize in good order"), "shut", Deed.PRIZE_BACK),
                Choice("empty", N_("Nothing"), "shut"),
            ),
        ),
        _done("shut", N_("Close locker {locker}.")),
        PlaybookStep("jammed", calls=JAMMED_LOCKER.id),
    ),
    (AboutWhat.LOCKER,),
)
BOARD_SWAPPED = Playbook(
    "board-swapped",
    N_("A board is swapped or unreachable"),
    N_("A board does not answer, or another one is put in its place."),
    (
        _whether(
            "cable",
            N_("Pull the board's cable, wait two seconds, plug it in. Is it ready on the screen?"),
            "test",
            "number",
        ),
        _done(
            "number",
            N_("Plug the new board in, with the number of the old one (boxd devices list)."),
            "test",
        ),
        _whether(
            "test",
            N_("Run boxd devices test for the board. Do all its parts pass?"),
            END,
            "help",
        ),
        _done("help", N_("Take its lockers out of service, and call a maintainer.")),
    ),
)
FULL_DISK = Playbook(
    "full-disk",
    N_("The disk is full"),
    N_("An alarm says that the disk is full or nearly full."),
    (
        _done("look", N_("Run df -h and boxd doctor: they show what is full."), "room"),
        _done(
            "room",
            N_("Copy backups/ to a stick, then delete all but the newest two. Delete healed/."),
            "better",
        ),
        _whether("better", N_("Is a tenth of the disk free again?"), END, "card"),
        _done(
            "card", N_("Back the box up (boxd backup create --card) and use a larger memory card.")
        ),
    ),
)
AFTER_A_RESTORE = Playbook(
    "after-a-restore",
    N_("After a restore"),
    N_("The ledger is an older one: a backup took its place."),
    (
        _done("stock", N_("The stock may have changed since: it is counted now."), "stocktake"),
        PlaybookStep("stocktake", calls=STOCKTAKE.id, then="codes"),
        _done(
            "codes",
            N_("Codes that were made since are unknown. Issue them again for whoever shows one."),
            "used",
        ),
        _done(
            "used",
            N_("Codes that were used since are good again. Void those of prizes given out since."),
            "staff",
        ),
        _done("staff", N_("Invite staff and make tokens again that came since.")),
    ),
)
LOST_CARD = Playbook(
    "lost-card",
    N_("A card is lost"),
    N_("Somebody else may have the box's memory card, or a copy of it."),
    (
        _done("claims", N_("Answer or decline every open claim on the screen."), "keys"),
        _whether(
            "keys",
            N_("Run sudo boxd codes new-keys on the box. Is the screen ready again?"),
            "codes",
            "help",
        ),
        PlaybookStep(
            "codes",
            N_("Void every good code that the card has, and issue each again?"),
            (
                Choice("issue", N_("Void and issue again"), "cards", Deed.ISSUE_AGAIN),
                Choice("none", N_("No code was good"), "cards"),
            ),
        ),
        _done(
            "cards",
            N_("Print attendees' cards, signs and codes on paper again: old links are void."),
            "secrets",
        ),
        _done(
            "secrets",
            N_("Make tokens, the attendants' PIN and upstream's secret again. Invite staff again."),
        ),
        _done("help", N_("Call a maintainer; boxd doctor makes the file that they need.")),
    ),
)
BOX_MOVED = Playbook(
    "box-moved",
    N_("The box was moved"),
    N_("The box stands in another place, or in another network."),
    (
        _whether(
            "level", N_("Does every door close by itself and stay closed?"), "cables", "doors"
        ),
        _done("doors", N_("Level the box until every door closes."), "cables"),
        _done(
            "cables", N_("Press every cable home. Every device is ready on the screen."), "phones"
        ),
        _whether(
            "phones",
            N_("Scan an attendee's card with a phone in this network. Does the page open?"),
            END,
            "address",
        ),
        _done("address", N_("Set [phones] public_url to the new address, print the signs again.")),
    ),
)
START_OF_THE_DAY = Playbook(
    "start-of-the-day",
    N_("Start of the day"),
    N_("Before the first attendee comes."),
    (
        PlaybookStep(
            "test",
            N_("boxd tests its devices. No locker opens; it takes some seconds."),
            (
                Choice(PASSED, N_("Nothing failed"), "doors"),
                Choice(FAILED, N_("Something failed"), "failed"),
                Choice("skip", N_("Go on without it"), "doors"),
            ),
            runs=OwnWork.SELF_TEST,
        ),
        PlaybookStep(
            "failed",
            N_("Mend what failed, or take its lockers out of service. Test again?"),
            (Choice("again", N_("Test again"), "test"), Choice("on", N_("Go on"), "doors")),
        ),
        _done("doors", N_("Every door is closed, every locker empty."), "lamps"),
        _whether("lamps", N_("Press a key at each bay. Do its lamps light?"), "print", "board"),
        PlaybookStep("board", calls=BOARD_SWAPPED.id, then="print"),
        _done("print", N_("Print the record of this playbook in the console, under Recovery.")),
    ),
)
END_OF_THE_EVENT = Playbook(
    "end-of-the-event",
    N_("End of the event"),
    N_("The last attendee has gone, and the box goes home."),
    (
        _done("close", N_("Close the event on the page Close."), "lockers"),
        _done(
            "lockers", N_("Open every locker by override, and take out what lies there."), "stock"
        ),
        PlaybookStep("stock", calls=STOCKTAKE.id, then="report"),
        _done(
            "report",
            N_("Save the report, and the backup of the memory card (boxd backup create --card)."),
            "forget",
        ),
        _done("forget", N_("Forget the attendees whom you promised that to.")),
    ),
)
NO_LOCKER_OPENS = Playbook(
    "no-locker-opens",
    N_("The box does not open lockers"),
    N_("More than one locker stays closed."),
    (
        _whether("ready", N_("Does the screen say Ready?"), "one", "devices"),
        _whether("devices", N_("Is a device red on the screen?"), "board", "help"),
        PlaybookStep("board", calls=BOARD_SWAPPED.id),
        _whether(
            "one", N_("Open one locker by override. Does its latch click?"), "jammed", "power"
        ),
        _done("jammed", N_("Start “A locker is jammed” for each locker that stays closed.")),
        _whether("power", N_("Is the lamp of the latches' power supply on?"), "help", "plug"),
        _done("plug", N_("Plug the power supply in, look at its fuse, try again.")),
        _done("help", N_("Call a maintainer; boxd doctor makes the file that they need.")),
    ),
)
NOBODY_CAN_CLAIM = Playbook(
    "nobody-can-claim",
    N_("Nobody can claim"),
    N_("Codes are typed, and nothing or only a refusal comes."),
    (
        _whether("ready", N_("Does the screen say Ready?"), "refused", "lockers"),
        _whether("refused", N_("Does the screen show a refusal for each code?"), "codes", "board"),
        _done(
            "codes",
            N_("Look one of the codes up on the page People: void, used, expired, or unknown?"),
        ),
        PlaybookStep("board", calls=BOARD_SWAPPED.id),
        _whether("lockers", N_("Are all lockers out of service or full?"), "free", "disk"),
        _done(
            "free", N_("Finish what is open at the lockers, then take repaired ones into service.")
        ),
        PlaybookStep("disk", calls=FULL_DISK.id),
    ),
)
POWER_WAS_OUT = Playbook(
    "power-was-out",
    N_("The power was out"),
    N_("The box had no power for a while."),
    (
        _whether("clock", N_("Is the time on the screen right?"), "open", "set"),
        _done(
            "set", N_("Set the clock or plug the network in, then run boxd clock trust."), "open"
        ),
        _done(
            "open",
            N_("Answer what the screen asks about open lockers; look before each answer."),
            "day",
        ),
        PlaybookStep("day", calls=START_OF_THE_DAY.id),
    ),
)

OWN = (
    NO_LOCKER_OPENS,
    NOBODY_CAN_CLAIM,
    POWER_WAS_OUT,
    JAMMED_LOCKER,
    UNKNOWN_OPENING,
    MISSING_UNIT,
    STOCKTAKE,
    BOARD_SWAPPED,
    FULL_DISK,
    AFTER_A_RESTORE,
    LOST_CARD,
    BOX_MOVED,
    START_OF_THE_DAY,
    END_OF_THE_EVENT,
)
