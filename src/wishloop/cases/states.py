"""The shape of a state table: which moves there are, who makes them, what they need and what they do to the clock.

Data only. A kind of case (wish, notice, …) fills one ``MoveTable``; ``cases.operations`` reads it, the docs draw it, tests
prove that every state can be reached and every open state left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Clock(StrEnum):
    """What a move does to the case's deadlines."""

    KEEP = "keep"  # runs on unchanged
    START = "start"  # both deadlines are promised from the moment the need was told
    RESPOND = "respond"  # the first answer: stops the response clock, the other runs on
    STOP = "stop"  # stands still; the standing time is added when it runs again
    RESUME = "resume"  # runs again, both deadlines moved by the time it stood still
    HOLD = "hold"  # not counted while in this state, and not moved afterwards (merged into another case)
    UNHOLD = "unhold"  # counts again with the deadlines it had
    RESOLVE = "resolve"  # the work is done: stops the resolution clock
    RESTART = "restart"  # not solved after all: new deadlines from now on
    END = "end"  # the case is over


class Channel(TextChoices):
    """How a case came in (glossary, F1 to F7)."""

    DOOR_VISIT = "door_visit", _("敲门行动")
    COURTYARD_MEETING = "courtyard_meeting", _("坝坝会")
    SECRETARY_TEA = "secretary_tea", _("书记下午茶")
    RESIDENTS_COUNCIL = "residents_council", _("居民议事会")
    QR_CODE = "qr_code", _("码上解决")
    WECHAT = "wechat", _("公众号")
    WECHAT_GROUP = "wechat_group", _("微信群")
    WISH_BOX = "wish_box", _("心愿箱")
    V_STATION = "v_station", _("党群V站")
    PHONE = "phone", _("电话")
    WEB = "web", _("网页")
    IMPORT = "import", _("导入")
    OPEN311 = "open311", _("外部系统")


class Tier(TextChoices):
    """Response level: which deadline rule applies (F18, F19)."""

    SAFETY_HAZARD = "safety_hazard", _("安全隐患")
    URGENT = "urgent", _("急事急办")
    LIVING_SERVICE = "living_service", _("生活服务")
    ORDINARY = "ordinary", _("一般心愿")
    LONG_TERM = "long_term", _("难事专办")


TIER_LABELS = {tier.value: tier.label for tier in Tier}
SAME = "="
BEFORE = "<"


@dataclass(frozen=True, slots=True)
class State:
    """A state. ``open`` cases wait for somebody; ``label`` is what staff read, ``plain`` what the resident reads."""

    code: str
    label: str | Promise
    plain: str | Promise
    open: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """One thing people do to a case.

    Attributes:
        origins: states it starts from.
        target: state it ends in; ``SAME`` keeps the state, ``BEFORE`` goes back to the state the case came from.
        who: roles and relations, one of which the actor must have: steward, grid_worker, helper (member, volunteer or
            partner), claimant, team, resident, system.
        needs: what must be there, checked by the operation of that move: reason, review_on, evidence, publish_consent, …
        clock: what it does to the deadlines.
        tells: the sentence the person is told, as translatable text with ``{placeholders}``; empty tells nothing.
        public: whether the step is shown on the wish's public page.
    """

    name: str
    label: str | Promise
    origins: frozenset[str]
    target: str
    who: frozenset[str]
    needs: tuple[str, ...] = ()
    clock: Clock = Clock.KEEP
    tells: str | Promise = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class MoveTable:
    """All states and moves of one kind of case. ``code_prefix`` begins its tracking codes."""

    kind: str
    code_prefix: str
    initial: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    _by_name: Mapping[str, Move] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the moves by name, refusing two of one name and states nobody declared."""
        known = {state.code for state in self.states}
        by_name = {move.name: move for move in self.moves}
        if len(by_name) != len(self.moves):
            raise ValueError(f"{self.kind}: two moves of one name")
        for move in self.moves:
            strange = (move.origins | {move.target}) - known - {SAME, BEFORE}
            if strange:
                raise ValueError(f"{self.kind}.{move.name}: unknown states {sorted(strange)}")
        object.__setattr__(self, "_by_name", by_name)

    def move(self, name: str) -> Move:
        """Return the move of that name.

        Raises:
            KeyError: there is none; a mistake of the program, never of a person.
        """
        return self._by_name[name]

    def state(self, code: str) -> State:
        """Return the state of that code."""
        return next(state for state in self.states if state.code == code)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """Return the moves that start from ``state``."""
        return tuple(move for move in self.moves if state in move.origins)

    @property
    def open_states(self) -> tuple[str, ...]:
        """Return the codes of states that wait for somebody."""
        return tuple(state.code for state in self.states if state.open)
