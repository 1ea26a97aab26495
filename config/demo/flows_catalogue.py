"""The demo's catalogue of data flows as plain facts, one line each. ``config.demo.flows`` loads it.

Applications and actors: code, name, area (its people), description. Flows: ``SOURCE > TARGET``, then what is delivered, how
(format, transport, frequency, criticality) and the data types; a line of the ends alone is a flow that nobody described yet.
The same delivery of the same source on another line is one specification that several flows share.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Area:
    """Whose applications these are: the department, who owns them, who else decides on their flows, and whom to ask."""

    department: str
    owner: str
    approver: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one organisation has. ``keeper`` takes it over from the old register; ``retired`` are taken out of use after that."""

    keeper: str
    roles: dict[str, tuple[str, ...]]
    holders: dict[str, tuple[str, ...]]
    areas: dict[str, Area]
    applications: str
    actors: str
    workbooks: str
    types: str
    flows: str
    retired: tuple[str, ...] = ()


ANALYST, KEEPER = "Flow analyst", "Catalogue keeper"
ROLES: Final = {ANALYST: ("flow.propose",), KEEPER: ("flow.catalogue_import", "flow.break_glass")}

TYPES: Final = """
CUSTOMER: Customer
  PERSON: Personal details
  CONTACT: Contact details
  IDENTITY: Identity documents
  CONSENT: Consent
  SCREENING: Screening result
CONTRACT: Contract
  QUOTE: Quotation
  POLICY: Policy
  COVERAGE: Coverage
  DOCUMENT: Customer document
  POLICY_OLD: Policy number, old format (deprecated)
CLAIMS: Claims
  LOSS: Notice of loss
  RESERVE: Claim reserve
  CLAIM_PAYMENT: Claim payment
  FRAUD: Fraud score
  REPAIR: Repair order
FINANCE: Finance
  PREMIUM: Premium
  JOURNAL: Journal entry
  INVOICE: Invoice
  PAYMENT: Payment instruction
  STATEMENT: Bank statement
  TAX: Tax figure
  BUDGET: Budget
  COMMISSION: Commission
  POSITION: Investment position
STAFF: Staff
  EMPLOYEE: Employee record
  PAYROLL: Payroll result
  ABSENCE: Absence
RISK: Risk
  EXPOSURE: Exposure
  SOLVENCY: Solvency figure
  REINSURANCE: Reinsurance account
REFERENCE: Reference data
  PRODUCT: Product and tariff
  RATE: Market rate
  CODES: Code list
"""

ACME: Final = Catalogue(
    keeper="Omar",
    roles=ROLES,
    holders={ANALYST: ("Asha", "Omar"), KEEPER: ("Omar",)},
    areas={
        "sales": Area("ENG", "Ravi", "Meera", "Asha"),
        "policies": Area("ENG", "Ravi", "Meera"),
        "claims": Area("OPS", "Meera", "Ravi", "Omar"),
        "finance": Area("FIN", "Farid", "Fiona", "Fritz"),
        "treasury": Area("FIN", "Fiona", "Farid", "Fritz"),
        "people": Area("HR", "Hari", "Hema"),
        "data": Area("ENG", "Meera", "Ravi"),
    },
    applications="""
CRM: Customer Master (sales) One record per customer, whatever they bought.
PRT: Customer Portal (sales) Where customers see their contracts and report losses.
BRK: Broker Portal (sales) Quotations and policies by brokers.
QUO: Quotation Engine (sales) Prices an offer and keeps it for thirty days.
CON: Consent Register (sales) What customers agreed to, and when they took it back.
KYC: Identity and Screening (sales) Identity checks and sanction lists.
POL: Policy Administration (policies) Motor, home and liability policies.
LIF: Life Administration (policies) Life and annuity contracts.
LGC: Policy Mainframe (policies) The former policy system; closed business only.
PRD: Product Catalogue (policies) Products, tariffs and their validity.
RAT: Rating Engine (policies) Premium calculation.
UWR: Underwriting Workbench (policies) Cases that need a person's judgement.
DOC: Document Production (policies) Letters and policy documents.
ARC: Document Archive (policies) Everything that was sent or received, for ten years.
COM: Commission System (policies) What brokers earn.
CLM: Claims Workbench (claims) From the notice of loss to the last payment.
FNL: First Notice of Loss (claims) Takes a loss from web, phone and mail.
FRD: Fraud Detection (claims) Scores claims.
REP: Repair Network (claims) Orders and invoices of repair shops.
RSV: Reserving Engine (claims) Reserves by claim and by portfolio.
REI: Reinsurance Ledger (claims) Treaties, cessions and accounts with reinsurers.
GLG: General Ledger (finance) The books.
SUB: Insurance Subledger (finance) Premiums and claims as postings.
BIL: Billing and Collections (finance) Invoices, direct debits and reminders.
APY: Accounts Payable (finance) Invoices of suppliers.
EXP: Expense Claims (finance) What staff spent.
TAX: Tax Reporting (finance) Insurance tax and income tax returns.
CNS: Consolidation (finance) Group accounts.
PLN: Planning and Forecasting (finance) Budgets and forecasts.
PAY: Payment Hub (treasury) Every payment in and out passes here.
TRS: Treasury Workstation (treasury) Cash, deals and limits.
INV: Investment Accounting (treasury) Holdings and their valuation.
REC: Bank Reconciliation (treasury) Statements against postings.
HRM: People Administration (people) Contracts and positions of staff.
PRL: Payroll (people) Salaries and deductions.
TIM: Time and Absence (people) Working time, leave and sickness.
DWH: Data Warehouse (data) Figures of all areas, day by day.
RDM: Reference Data Hub (data) Code lists, currencies, calendars.
RSK: Risk Engine (data) Exposures and scenarios.
SOL: Solvency Reporting (data) Capital requirements and returns.
""",
    actors="""
BNK: Collecting bank (treasury) external
SCH: Payment scheme (treasury) external
MKT: Market data vendor (treasury) external
BUR: Credit bureau (sales) external
BRO: Brokers (sales) external
GAR: Repair shops (claims) external
RIR: Reinsurers (claims) external
REG: Insurance regulator (data) external
TXO: Tax office (finance) external
ACT: Actuarial team (data) internal
AUD: Internal audit (data) internal
CCT: Contact centre (sales) internal
""",
    workbooks="""
WRS: Reserving workbook (claims) Adjusts reserves by portfolio once a quarter.
WPB: Premium bridge workbook (finance) Explains premium income month against month.
WCF: Cash forecast sheet (treasury) Thirteen weeks ahead.
WCA: Commission adjustments sheet (policies) Manual corrections, four eyes on paper.
""",
    types=TYPES,
    retired=("LGC",),
    flows="""
CRM > POL | Customer changes | JSON MESSAGING REAL_TIME HIGH | PERSON CONTACT
CRM > LIF | Customer changes | JSON MESSAGING REAL_TIME HIGH | PERSON CONTACT
CRM > CLM | Customer changes | JSON MESSAGING REAL_TIME HIGH | PERSON CONTACT
CRM > BIL | Customer changes | JSON MESSAGING REAL_TIME HIGH | PERSON CONTACT
CRM > KYC | Screening request | JSON RPC ON_DEMAND VERY_HIGH | PERSON IDENTITY
CRM > DWH | Customer extract | FLAT_FILE FILE_TRANSPORT DAILY MEDIUM | PERSON CONTACT
PRT > CRM | Profile changes | JSON WEB REAL_TIME HIGH | PERSON CONTACT
PRT > FNL | Loss report | JSON WEB REAL_TIME HIGH | LOSS PERSON
PRT > QUO | Quotation request | JSON WEB REAL_TIME MEDIUM | QUOTE
PRT > ARC
BRK > QUO | Quotation request | JSON WEB REAL_TIME HIGH | QUOTE PERSON
BRK > POL | Policy order | XML MESSAGING REAL_TIME HIGH | POLICY COVERAGE
BRK > CRM | Broker's customers | FLAT_FILE FILE_TRANSPORT WEEKLY LOW | PERSON CONTACT
QUO > POL | Accepted quotation | JSON MESSAGING REAL_TIME HIGH | QUOTE COVERAGE
QUO > UWR | Referral | JSON MESSAGING REAL_TIME HIGH | QUOTE PERSON
QUO > DWH | Quotation extract | FLAT_FILE FILE_TRANSPORT DAILY LOW | QUOTE
QUO > RAT | Pricing call | JSON RPC REAL_TIME VERY_HIGH | QUOTE PRODUCT
CON > CRM | Consent status | JSON MESSAGING INTRA_DAY HIGH | CONSENT
CON > AUD | Consent withdrawals | FLAT_FILE EMAIL QUARTERLY MEDIUM | CONSENT
KYC > CRM | Screening answer | JSON RPC ON_DEMAND VERY_HIGH | SCREENING
KYC > PAY | Blocked parties | JSON MESSAGING INTRA_DAY VERY_HIGH | SCREENING
BUR > UWR | Credit report | XML RPC ON_DEMAND HIGH | PERSON SCREENING
BUR > KYC
BRO > BRK | Broker registration | JSON WEB ON_DEMAND LOW | CONTACT
CCT > CRM | Call notes | UNSTRUCTURED MANUAL ON_DEMAND LOW | CONTACT
CCT > FNL | Loss by phone | UNSTRUCTURED MANUAL ON_DEMAND HIGH | LOSS PERSON
LGC > POL | Closed contracts | FLAT_FILE FILE_TRANSPORT MONTHLY LOW | POLICY
LGC > ARC
POL > BIL | Premium due | JSON MESSAGING INTRA_DAY VERY_HIGH | PREMIUM POLICY
POL > DOC | Policy document order | XML MESSAGING REAL_TIME HIGH | POLICY COVERAGE PERSON
POL > DWH | Policy extract | FLAT_FILE FILE_TRANSPORT DAILY HIGH | POLICY COVERAGE
POL > COM | Sold policies | FLAT_FILE FILE_TRANSPORT DAILY HIGH | POLICY COMMISSION
POL > CLM | Cover check | JSON RPC REAL_TIME VERY_HIGH | POLICY COVERAGE
POL > SUB | Premium postings | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | PREMIUM
POL > REI | Cession base | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | POLICY EXPOSURE
POL > RSK | Policy extract | FLAT_FILE FILE_TRANSPORT DAILY HIGH | POLICY COVERAGE
POL > PRT | Contract view | JSON RPC REAL_TIME MEDIUM | POLICY COVERAGE
POL > ACT | Policy extract | FLAT_FILE FILE_SHARE MONTHLY MEDIUM | POLICY COVERAGE
LIF > BIL | Premium due, life | JSON MESSAGING DAILY VERY_HIGH | PREMIUM
LIF > DWH | Life contracts | FLAT_FILE FILE_TRANSPORT DAILY HIGH | POLICY COVERAGE
LIF > SUB | Life postings | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | PREMIUM CLAIM_PAYMENT
LIF > RSK
PRD > RAT | Tariff release | XML FILE_TRANSPORT ON_DEMAND VERY_HIGH | PRODUCT
PRD > QUO | Product list | JSON RPC DAILY HIGH | PRODUCT
PRD > POL | Product list | JSON RPC DAILY HIGH | PRODUCT
PRD > BRK | Product list | JSON RPC DAILY MEDIUM | PRODUCT
UWR > POL | Underwriting decision | JSON MESSAGING REAL_TIME HIGH | COVERAGE POLICY
UWR > BUR | Credit enquiry | XML RPC ON_DEMAND HIGH | PERSON
DOC > ARC | Sent letters | BINARY FILE_TRANSPORT DAILY HIGH | DOCUMENT
DOC > PRT | Letter copy | BINARY MESSAGING REAL_TIME MEDIUM | DOCUMENT
ARC > CLM | Document lookup | BINARY RPC ON_DEMAND MEDIUM | DOCUMENT
ARC > AUD
COM > APY | Commission payable | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | COMMISSION INVOICE
COM > BRO | Commission statement | UNSTRUCTURED EMAIL MONTHLY MEDIUM | COMMISSION
WCA > COM | Manual corrections | FLAT_FILE FILE_SHARE MONTHLY MEDIUM | COMMISSION
FNL > CLM | New loss | JSON MESSAGING REAL_TIME VERY_HIGH | LOSS PERSON
FNL > FRD | New loss | JSON MESSAGING REAL_TIME VERY_HIGH | LOSS PERSON
CLM > FRD | Claim history | DATABASE DATABASE_CONNECTION DAILY MEDIUM | LOSS CLAIM_PAYMENT
CLM > PAY | Claim payments | XML MESSAGING INTRA_DAY VERY_HIGH | CLAIM_PAYMENT PAYMENT
CLM > RSV | Case reserves | FLAT_FILE FILE_TRANSPORT DAILY HIGH | RESERVE
CLM > SUB | Claim postings | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | CLAIM_PAYMENT RESERVE
CLM > REP | Repair orders | JSON MESSAGING REAL_TIME HIGH | REPAIR CONTACT
CLM > DWH | Claim extract | FLAT_FILE FILE_TRANSPORT DAILY HIGH | LOSS CLAIM_PAYMENT
CLM > REI | Large losses | FLAT_FILE EMAIL MONTHLY HIGH | LOSS RESERVE
CLM > DOC | Settlement letter order | XML MESSAGING REAL_TIME MEDIUM | CLAIM_PAYMENT PERSON
FRD > CLM | Fraud score | JSON MESSAGING REAL_TIME HIGH | FRAUD
GAR > REP | Repair invoice | XML WEB DAILY HIGH | REPAIR INVOICE
REP > CLM | Repair invoice | XML MESSAGING DAILY HIGH | REPAIR INVOICE
REP > GAR | Repair orders | JSON WEB REAL_TIME HIGH | REPAIR
RSV > SUB | Portfolio reserves | FLAT_FILE FILE_TRANSPORT MONTHLY VERY_HIGH | RESERVE
RSV > SOL | Best estimates | FLAT_FILE FILE_TRANSPORT QUARTERLY VERY_HIGH | RESERVE SOLVENCY
RSV > WRS | Reserve triangles | FLAT_FILE FILE_SHARE QUARTERLY HIGH | RESERVE
WRS > RSV | Reserve adjustments | FLAT_FILE FILE_SHARE QUARTERLY HIGH | RESERVE
ACT > RSV | Development factors | FLAT_FILE FILE_SHARE QUARTERLY HIGH | RESERVE
REI > SUB | Cession postings | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | REINSURANCE
REI > RIR | Reinsurance account | UNSTRUCTURED EMAIL QUARTERLY HIGH | REINSURANCE
RIR > REI
REI > SOL | Recoverables | FLAT_FILE FILE_TRANSPORT QUARTERLY HIGH | REINSURANCE
BIL > PAY | Direct debit collection | XML FILE_TRANSPORT DAILY VERY_HIGH | PAYMENT
BIL > SUB | Billing postings | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | PREMIUM JOURNAL
BIL > POL | Payment status | JSON MESSAGING INTRA_DAY HIGH | PREMIUM
BIL > DWH | Open items | FLAT_FILE FILE_TRANSPORT DAILY MEDIUM | INVOICE PREMIUM
BIL > GLG | Daily billing journal | FLAT_FILE FILE_TRANSPORT DAILY HIGH | JOURNAL
SUB > GLG | Subledger journal | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | JOURNAL
SUB > DWH | Posting details | DATABASE DATABASE_CONNECTION DAILY HIGH | JOURNAL PREMIUM CLAIM_PAYMENT
SUB > TAX | Taxable premiums | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | TAX PREMIUM
GLG > CNS | Trial balance | FLAT_FILE FILE_TRANSPORT MONTHLY VERY_HIGH | JOURNAL
GLG > PLN | Actuals | FLAT_FILE FILE_TRANSPORT MONTHLY MEDIUM | JOURNAL
GLG > TAX | Tax accounts | FLAT_FILE FILE_TRANSPORT QUARTERLY HIGH | TAX JOURNAL
GLG > DWH | Trial balance | FLAT_FILE FILE_TRANSPORT MONTHLY MEDIUM | JOURNAL
GLG > REC
APY > PAY | Supplier payments | XML FILE_TRANSPORT DAILY HIGH | PAYMENT INVOICE
APY > GLG | Payables journal | FLAT_FILE FILE_TRANSPORT DAILY HIGH | JOURNAL
EXP > APY | Approved expenses | FLAT_FILE FILE_TRANSPORT WEEKLY LOW | INVOICE
EXP > WPB | Travel costs | FLAT_FILE EMAIL MONTHLY LOW | INVOICE
TAX > TXO | Insurance tax return | XML WEB MONTHLY VERY_HIGH | TAX
CNS > SOL | Own funds | FLAT_FILE FILE_TRANSPORT QUARTERLY VERY_HIGH | SOLVENCY JOURNAL
CNS > PLN
PLN > GLG | Budget upload | FLAT_FILE FILE_SHARE YEARLY LOW | BUDGET
DWH > WPB | Premium by product | FLAT_FILE FILE_SHARE MONTHLY MEDIUM | PREMIUM
PAY > BNK | Payment file | XML FILE_TRANSPORT INTRA_DAY VERY_HIGH | PAYMENT
PAY > SCH | Instant payments | XML RPC REAL_TIME VERY_HIGH | PAYMENT
PAY > REC | Sent payments | FLAT_FILE FILE_TRANSPORT DAILY HIGH | PAYMENT
PAY > TRS | Cash positions | JSON MESSAGING INTRA_DAY HIGH | PAYMENT
BNK > REC | Account statement | FLAT_FILE FILE_TRANSPORT DAILY VERY_HIGH | STATEMENT
BNK > BIL | Returned debits | FLAT_FILE FILE_TRANSPORT DAILY HIGH | STATEMENT PAYMENT
TRS > GLG | Treasury journal | FLAT_FILE FILE_TRANSPORT DAILY HIGH | JOURNAL
TRS > PAY
MKT > TRS | Rates and prices | FLAT_FILE FILE_TRANSPORT DAILY HIGH | RATE
MKT > RDM | Rates and prices | FLAT_FILE FILE_TRANSPORT DAILY HIGH | RATE
INV > RSK | Holdings | FLAT_FILE FILE_TRANSPORT DAILY HIGH | POSITION EXPOSURE
HRM > PRL | Staff changes | FLAT_FILE FILE_TRANSPORT DAILY HIGH | EMPLOYEE
PRL > PAY | Salary payments | XML FILE_TRANSPORT MONTHLY VERY_HIGH | PAYROLL PAYMENT
PRL > GLG | Payroll journal | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | JOURNAL PAYROLL
TIM > PRL | Hours and absences | FLAT_FILE FILE_TRANSPORT MONTHLY HIGH | ABSENCE
RDM > DWH | Code lists | JSON RPC DAILY MEDIUM | CODES RATE
RDM > GLG | Code lists | JSON RPC DAILY MEDIUM | CODES RATE
DWH > RSK | Exposure mart | DATABASE DATABASE_CONNECTION MONTHLY HIGH | EXPOSURE
RSK > SOL | Scenario results | FLAT_FILE FILE_TRANSPORT QUARTERLY VERY_HIGH | SOLVENCY EXPOSURE
SOL > REG | Quarterly return | XML WEB QUARTERLY VERY_HIGH | SOLVENCY
""",
)

GLOBEX: Final = Catalogue(
    keeper="Gus",
    roles={**ROLES, "Data protection officer": ()},
    holders={ANALYST: ("Gita",), KEEPER: ("Gus",), "Data protection officer": ("Gus",)},
    areas={"people": Area("HR", "Gus", contact="Gita")},
    applications="""
STA: Staff Register (people) Contracts and positions.
SAL: Salary Service (people) Runs the payroll.
APP: Applicant Desk (people) Vacancies and applications.
TRN: Training Calendar (people) Courses and certificates.
DIR: Staff Directory (people) Names, rooms and telephones.
""",
    actors="""
PRV: Payroll provider (people) external
HIF: Health insurance funds (people) external
""",
    workbooks="",
    types="""
STAFF: Staff
  EMPLOYEE: Employee record
  SALARY: Salary
  APPLICATION: Application papers
  TRAINING: Training record
""",
    flows="""
STA > SAL | Contract changes | FLAT_FILE FILE_TRANSPORT DAILY HIGH | EMPLOYEE SALARY
STA > DIR | Staff list | JSON RPC DAILY LOW | EMPLOYEE
STA > TRN | Staff list | JSON RPC DAILY LOW | EMPLOYEE
SAL > PRV | Payroll run | XML WEB MONTHLY VERY_HIGH | SALARY EMPLOYEE
PRV > SAL | Payroll result | XML WEB MONTHLY HIGH | SALARY
APP > STA | Hired applicants | JSON MESSAGING REAL_TIME MEDIUM | APPLICATION EMPLOYEE
TRN > STA
""",
)
