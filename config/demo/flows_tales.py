"""The proposals of the demo: every type, every state, oldest first."""

from typing import Final

from config.demo.flows_story import (
    approves,
    approves_in_vain,
    cancels,
    changes_directly,
    create,
    proposes,
    rejects,
    remove,
    revises,
    says,
    update,
    watches,
)

ACME: Final = (
    proposes(
        "Asha", -40, "10:05",
        create(
            "PRT > CON", "Consent changes", "JSON WEB REAL_TIME HIGH", "CONSENT PERSON",
            "Customers take consent back in the portal; the register must know at once.",
        ),
        says(0, "10:20", "Asha", "Agreed with the portal team for the release of this month."),
        approves(0, "16:30", "Ravi", "Tested with the portal team."),
        approves(1, "11:10", "Meera", "The register is ready for it."),
    ),
    proposes(
        "Fritz", -37, "14:15",
        create(
            "BIL > PAY", "Premium refunds", "XML FILE_TRANSPORT DAILY HIGH", "PAYMENT PREMIUM",
            "Refunds leave by hand today; 300 a week.",
        ),
        approves(1, "09:45", "Fiona", side="target"),
        approves(1, "15:20", "Farid", "Saves half a day of work each week."),
    ),
    proposes(
        # Nobody answered, neither at first nor after the reminder.
        "Omar", -34, "11:30",
        create(
            "DWH > AUD", "Access log extract", "FLAT_FILE FILE_SHARE MONTHLY LOW", "EMPLOYEE",
            "Audit asked who reads which figures.", "AUDIT",
        ),
        watches(0, "11:31", "Asha"),
    ),
    proposes(
        "Omar", -32, "09:50",
        update(
            "CLM > DWH", "Claim extract", "Figures of the morning are wanted at noon.",
            types="LOSS CLAIM_PAYMENT RESERVE", frequency="INTRA_DAY", basisOffset=1,
        ),
        approves(0, "17:05", "Meera"),
        approves(2, "10:00", "Ravi", "The warehouse takes four loads a day."),
    ),
    proposes(
        "Fritz", -28, "15:40",
        remove("EXP > WPB", "Travel costs", "The bridge is made from the warehouse now."),
        approves(1, "10:10", "Farid", "Nobody opens that mail any more."),
        approves(1, "13:35", "Fiona"),
    ),
    proposes(
        "Asha", -26, "10:25",
        create(
            "CRM > GAR", "Customer list for repair shops", "FLAT_FILE EMAIL WEEKLY MEDIUM", "PERSON CONTACT",
            "Repair shops want to call customers before they bring the car.",
        ),
        says(0, "12:00", "Meera", "All customers, or those with an open claim?"),
        says(0, "12:30", "Asha", "The shops asked for all of them."),
        rejects(1, "09:30", "Ravi", "Not all customers by mail. Per claim, through the repair network, we can talk about."),
    ),
    proposes(
        "Fritz", -23, "16:10",
        update("GLG > CNS", "Trial balance", "The group wants to look at any time.", frequency="REAL_TIME"),
        approves(1, "11:00", "Farid", "We can send it."),
        rejects(2, "14:45", "Fiona", "Consolidation runs once a month; nobody would read what comes between.", side="target"),
    ),
    proposes(
        "Hema", -21, "09:20",
        remove("TIM > PRL", "Hours and absences", "Payroll reads the hours itself from next month."),
        says(1, "10:00", "Hari", "Only from next quarter, as far as I know."),
        cancels(1, "11:15", "Hema", "Too early; I propose it again when the date is fixed."),
    ),
    proposes(
        # Sent back: in between the flow is changed past the approvals, so it is no longer what they were asked about.
        "Asha", -19, "11:05",
        update("POL > REI", "Cession base", "Quarter ends cannot wait for a mail about a missing file.", criticality="VERY_HIGH"),
        approves(1, "12:10", "Ravi", side="source"),
        changes_directly(
            2, "17:40", "Omar", "POL > REI", "Cession base",
            "The treaty of this year is settled weekly from tomorrow; Meera and Ravi are travelling.", frequency="WEEKLY",
        ),
        approves(4, "15:25", "Meera", "Fine."),
    ),
    proposes(
        # About to time out: the reminder has rung.
        "Asha", 0, "10:40",
        create(
            "REP > BUR", "Repair shop check", "XML RPC ON_DEMAND LOW", "INVOICE",
            "A shop that goes bankrupt with our customers' cars is expensive.",
        ),
        days_ago=28,
    ),
    proposes(
        "Asha", -15, "10:00",
        create(
            "CLM > ACT", "Claim details", "FLAT_FILE EMAIL MONTHLY MEDIUM", "LOSS CLAIM_PAYMENT PERSON",
            "The actuaries build a new model of injury claims.",
        ),
        rejects(1, "14:20", "Meera", "No names, and not by mail. A file share without personal details will do.", side="source"),
        says(2, "09:40", "Asha", "The model works without names; I take them out."),
        revises(
            2, "10:15", "Asha",
            create(
                "CLM > ACT", "Claim details", "FLAT_FILE FILE_SHARE MONTHLY MEDIUM", "LOSS CLAIM_PAYMENT",
                "The actuaries build a new model of injury claims. Without names, on the share.",
            ),
        ),
        approves(3, "11:30", "Meera", "Thank you.", side="source"),
    ),
    proposes(
        # The books were being loaded when Farid approved: to be retried.
        "Fritz", -8, "14:50",
        create(
            "REC > GLG", "Unmatched items", "FLAT_FILE FILE_TRANSPORT DAILY HIGH", "STATEMENT JOURNAL",
            "What cannot be matched is posted to a clearing account.",
        ),
        approves(1, "10:05", "Fiona", side="source"),
        approves_in_vain(2, "18:30", "Farid", "Good, the auditors asked for it."),
    ),
    proposes(
        # After Hari has approved the source, nobody is left for the target: Hema proposed it herself.
        "Hema", -7, "09:35",
        create(
            "HRM > TIM", "Staff changes for time recording", "FLAT_FILE FILE_TRANSPORT DAILY MEDIUM", "EMPLOYEE",
            "New colleagues wait two days for their badge to count.",
        ),
        approves(1, "13:00", "Hari", side="source"),
        says(1, "13:10", "Hari", "Somebody else has to decide for the target; I have asked Tess."),
    ),
    proposes(
        "Omar", -6, "11:20",
        remove("LGC > POL", "Closed contracts", "The mainframe is switched off; its contracts are moved."),
        approves(1, "10:30", "Ravi", "The last file came in March.", side="target"),
        watches(1, "10:31", "Hema"),
    ),
    proposes(
        # Three more flows use this specification: their people are asked too.
        "Asha", -5, "15:05",
        update("CRM > BIL", "Customer changes", "Reminders must respect consent.", types="PERSON CONTACT CONSENT"),
        approves(1, "09:55", "Ravi", side="source"),
        says(2, "11:40", "Fiona", "Does Billing get the history or the status of today?"),
        says(2, "12:05", "Asha", "The status of today, nothing else."),
    ),
    proposes(
        "Fritz", -4, "10:50",
        create(
            "TRS > WCF", "Deals of the day", "FLAT_FILE FILE_SHARE DAILY LOW", "PAYMENT",
            "The cash forecast is typed from the screen every morning.",
        ),
    ),
    proposes(
        "Asha", -3, "13:25",
        create(
            "QUO > RSK", "Offers at risk", "JSON MESSAGING DAILY MEDIUM", "QUOTE EXPOSURE",
            "The risk engine shall see what has been offered but not accepted.",
        ),
        approves(1, "16:40", "Ravi", side="source"),
    ),
    proposes(
        "Asha", -1, "11:45",
        create(
            "CRM > RSK", "Customer segments", "FLAT_FILE FILE_TRANSPORT MONTHLY MEDIUM", "PERSON",
            "Concentration by region is asked for by the regulator.", "AUDIT",
        ),
    ),
    proposes(
        "Fritz", 0, "10:15",
        update("BIL > GLG", "Daily billing journal", "The journal is late at month ends.", frequency="INTRA_DAY"),
    ),
    proposes(
        "Asha", 0, "14:20",
        remove("BRK > CRM", "Broker's customers", "Brokers enter their customers in the portal.", "REPLACEMENT"),
    ),
)  # fmt: skip

GLOBEX: Final = (
    proposes(
        # Both ends are external or Gus's; he speaks for all sides, which Globex allows.
        "Gita", -12, "10:00",
        create(
            "SAL > HIF", "Contribution statement", "XML WEB MONTHLY VERY_HIGH", "SALARY EMPLOYEE",
            "The funds take no paper any more.",
        ),
        approves(1, "09:30", "Gus", "Checked with the funds."),
    ),
    proposes(
        "Gita", -2, "15:10",
        create(
            "APP > TRN", "First courses of new staff", "JSON MESSAGING ON_DEMAND LOW", "TRAINING APPLICATION",
            "Courses can be booked before the first day.",
        ),
    ),
)  # fmt: skip
