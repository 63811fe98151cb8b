"""The actions that the audit trail must hold for what the ledger's other tables hold."""

CLAIM_ACCEPTED = "claim.accepted"
CLAIM_REFUSED = "claim.refused"

ANSWER = "redemption."  # + loaded, substituted, declined, cancelled, opened, jammed, completed, ...

ACTUATION_INTENDED = "actuation.intended"
ACTUATION_OUTCOME = "actuation."  # + done, failed, unknown

OVERRIDE_ORDERED = "override.ordered"

# Who is no person, and so can't order an override.
NOBODY = frozenset({"", "boxd", "box", "system", "nobody"})

RESTART_ORDERED = "sensor.restart_ordered"

STOCK = "stock."  # + received, held, released, dispensed, written_off, sent, ...

CODE_ISSUED = "code.issued"
CODE_ENDED = {"voided": "code.voided", "expired": "code.expired"}

TASK_SCANNED = "task.scanned"
TASK_SUBMITTED = "task.submitted"
TASK_APPROVED = "task.approved"
TASK_REFUSED = "task.refused"
OF_TASKS = (TASK_SCANNED, TASK_SUBMITTED, TASK_APPROVED, TASK_REFUSED)

# The beginnings of all actions that name a redemption, or an override where they name none.
OF_REDEMPTIONS = ("claim.", ANSWER, ACTUATION_OUTCOME, "override.")
