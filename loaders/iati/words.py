"""Words: the codes of IATI 1.x and 2.x as one word each; "" for a code that the standard does not have.

Source: IATI code lists OrganisationRole, TransactionType, OrganisationType, FinanceType, ActivityDateType,
ActivityStatus, BudgetType and BudgetStatus, and the table of codes that changed in version 2.01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "ACTIVITY_DATES",
    "INCOMING",
    "OUTGOING",
    "activity_status",
    "budget_status",
    "budget_type",
    "finance",
    "organisation_type",
    "role",
    "transaction_type",
]

_ROLES: Final = ("funding", "accountable", "extending", "implementing")

_TRANSACTIONS: Final = {
    "1": "incoming-funds",
    "2": "commitment",
    "3": "disbursement",
    "4": "expenditure",
    "5": "interest-payment",
    "6": "loan-repayment",
    "7": "reimbursement",
    "8": "purchase-of-equity",
    "9": "sale-of-equity",
    "10": "credit-guarantee",
    "11": "incoming-commitment",
    "12": "outgoing-pledge",
    "13": "incoming-pledge",
}
_LETTERS: Final = {
    "IF": "1",
    "C": "2",
    "D": "3",
    "E": "4",
    "IR": "5",
    "LR": "6",
    "R": "7",
    "QP": "8",
    "QS": "9",
    "CG": "10",
}
INCOMING: Final = frozenset({"incoming-funds", "incoming-commitment"})
"""The transactions whose receiver is the reporting organisation, where none is named."""
OUTGOING: Final = frozenset({"commitment", "disbursement", "expenditure", "reimbursement"})
"""The transactions whose provider is the reporting organisation, where none is named."""

_ORGANISATIONS: Final = {
    "10": "government",
    "11": "local-government",
    "15": "other-public-sector",
    "21": "international-ngo",
    "22": "national-ngo",
    "23": "regional-ngo",
    "24": "partner-country-ngo",
    "30": "public-private-partnership",
    "40": "multilateral",
    "60": "foundation",
    "70": "private-sector",
    "71": "private-sector",
    "72": "private-sector",
    "73": "private-sector",
    "80": "academic",
    "90": "other",
}

_FINANCE: Final = {
    "1": "grant",
    "2": "grant",  # interest subsidies, which the list of 2016 puts under grants, as the capital subscriptions
    "3": "grant",
    "4": "loan",
    "5": "equity",
    "6": "debt-relief",
    "7": "investment",
    "8": "bonds",
    "9": "securities",
}

ACTIVITY_DATES: Final = {
    "1": "planned-start",
    "2": "actual-start",
    "3": "planned-end",
    "4": "actual-end",
    "start-planned": "planned-start",
    "start-actual": "actual-start",
    "end-planned": "planned-end",
    "end-actual": "actual-end",
}
"""The column of each kind of activity date."""

_STATUS: Final = {
    "1": "pipeline",
    "2": "implementation",
    "3": "finalisation",
    "4": "closed",
    "5": "cancelled",
    "6": "suspended",
}


def role(code: str) -> str:
    """Give the word of an organisation's role.

    >>> role("Funding"), role("4"), role("beneficiary")
    ('funding', 'implementing', '')
    """
    folded = code.strip().casefold()
    if folded in _ROLES:
        return folded
    return _word(dict(zip("1234", _ROLES, strict=True)), folded)


def transaction_type(code: str) -> str:
    """Give the word of a type of transaction.

    >>> transaction_type("D"), transaction_type("3"), transaction_type("TF")
    ('disbursement', 'disbursement', '')
    """
    folded = code.strip().upper()
    return _word(_TRANSACTIONS, _LETTERS.get(folded, folded))


def organisation_type(code: str) -> str:
    """Give the word of a type of organisation.

    >>> organisation_type("15"), organisation_type("multilateral"), organisation_type("14")
    ('other-public-sector', 'multilateral', '')
    """
    folded = "-".join(code.casefold().split())
    return folded if folded in _ORGANISATIONS.values() else _word(_ORGANISATIONS, folded)


def finance(code: str) -> str:
    """Give the family of a type of finance: the first of three digits, or the first two of four.

    >>> finance("110"), finance("421"), finance("1101"), finance("2100"), finance("loan")
    ('grant', 'loan', 'guarantee', 'other', '')
    """
    folded = code.strip()
    if not (folded.isascii() and folded.isdigit()):
        return ""
    if len(folded) == 4:
        return "guarantee" if folded.startswith("11") else "other"
    return _FINANCE.get(folded[0], "") if len(folded) == 3 else ""


def activity_status(code: str) -> str:
    """Give the word of an activity's status.

    >>> activity_status("2"), activity_status("")
    ('implementation', '')
    """
    return _word(_STATUS, code.strip())


def budget_type(code: str) -> str:
    """Give the word of a type of budget.

    >>> budget_type("1"), budget_type("Revised")
    ('original', 'revised')
    """
    folded = code.strip().casefold()
    return folded if folded in ("original", "revised") else _word({"1": "original", "2": "revised"}, folded)


def budget_status(code: str) -> str:
    """Give the word of a budget's status; where none is given the standard assumes that it is indicative.

    >>> budget_status("2"), budget_status("")
    ('committed', 'indicative')
    """
    folded = code.strip()
    return _word({"": "indicative", "1": "indicative", "2": "committed"}, folded)


def _word(words: Mapping[str, str], code: str) -> str:
    return words.get(code, "")
