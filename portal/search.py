"""From what a person types to a full-text query that finds what was meant and cannot fail.

Both sides are spelt loosely (`build.fold.loose`), so `Łódź`, `lodz` and `LODZ` are one query, and
no quote, star or `NEAR(` reaches FTS5. All words must occur. The last may be unfinished; another is
taken as a whole word, or else as the beginning of one, or else as a part of one (`værksted` finds
`cykelværkstedet`). A word that is none of these is looked up among similar ones, unless it names a
town, for which nothing is the true answer. A word that is known is not replaced when all words
together find nothing, but for one that completes a whole name (`hinz kunst`). Words that stand in
most texts (`the`, `og`, a single letter) are looked for in names alone if there are no others.

How the index is made is told in `build/search_index.py`.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, LCSseq

from build.fold import LONGEST, WORDS_OF_A_LENGTH, fold, is_foreign, loose, spans

#: A phrase without words, which FTS5 takes and which matches nothing.
NOTHING = '""'
#: Whoever asks for more words than this has pasted a page; no record holds them all.
MAX_WORDS = 64

#: Letters a word needs to be taken for a part of another, or for misspelt: with letters left out,
#: added or swapped, with a wrong letter, in two places or at its beginning. With fewer, most words
#: that are near are other words (`films`, `firms`; `cafe`, `care`; `mixed`, `fixed`).
PART, ONE_ERROR, WRONG_LETTER, TWO_ERRORS = 5, 5, 6, 8
#: Letters that a misspelt beginning of a word shares with that beginning, in order.
AGREEING = 6
#: Up to this length a word that is known is not taken for the beginning of another as well: `Åbo`
#: is no `about`.
SMALL = 3
#: Between other words these say nothing: prepositions, articles, "and" in the region's languages.
STOP_WORDS = frozenset(
    "a an and at by for from in of on s the to with "  # English
    "af den der det de en et fra i med og om på som til "  # Danish, Norwegian
    "att av ett från för och under vid "  # Swedish
    "am auf aus bei das dem die ein eine für im mit und von zu zum zur "  # German
    "dla do ku na nad od oraz po pod w we z za ze "  # Polish
    "bei dėl ir iš prie su už į "  # Lithuanian
    "ar no par pie un uz "  # Latvian
    "ja ning ka või "  # Estonian
    "sekä tai "  # Finnish
    "frá og um við "  # Icelandic
    "в во для и из на от по с у".split()  # Russian
)

_STOP_WORDS = {loose(word) for word in STOP_WORDS}
#: How a letter is written at most: `aa` is å.
_DIGRAPH = 2

#: What one search may cost in words looked at, corrections of a word, and queries in the end.
CANDIDATES, CORRECTIONS, ATTEMPTS = 3000, 3, 12
#: Words that a part or a beginning of a word may stand for.
WHOLES = 24
#: Words of a search without hits that are told to occur on their own.
ALONE = 6


@dataclass(frozen=True)
class Found:
    """What to look for instead of what was typed."""

    #: An expression for `match`, which matches nothing when there is nothing to look for.
    match: str = NOTHING
    #: What counts as a hit, spelt loosely; `cyk*` is any word that begins so.
    words: tuple[str, ...] = ()
    #: Word as typed, which no record has → word that was looked for instead.
    corrected: tuple[tuple[str, str], ...] = ()
    #: Word as typed, which records have but not with the others → word that makes them a whole
    #: name.
    respelt: tuple[tuple[str, str], ...] = ()
    #: If no record has all of several words: those that occur on their own, as typed.
    alone: tuple[str, ...] = ()

    def reworded(self, text: str) -> str:
        """`text` with what was looked for instead of words that were corrected or respelt."""
        instead = dict(self.corrected + self.respelt)
        parts, done = [], 0
        for start, end in spans(text):
            parts += [text[done:start], instead.get(text[start:end], text[start:end])]
            done = end
        return "".join([*parts, text[done:]])


def rank_sql(table_name: str) -> str:
    """The SQL expression by which hits are ordered, best first: exact whole names, names, places
    and subjects, text. Equal hits keep the order of their rowids if that is what comes next.
    """
    return f'"{table_name}_fts".rank'


def is_common(text: str) -> bool:
    """Whether `text` has nothing but words that most texts have: then names alone are searched."""
    words = [term.word for term in _terms(text)]
    return bool(words) and all(len(word) == 1 or word in _STOP_WORDS for word in words)


def expression(
    connection: sqlite3.Connection, table_name: str, text: str, *, typing: bool = False
) -> Found:
    """What to look for in the index of `table_name` when a person types `text`.

    While they are still `typing`, even a short last word may become a longer one.
    """
    terms = _terms(text)
    if not 0 < len(terms) <= MAX_WORDS:
        return Found()
    index = _Index(connection, table_name)
    understood = [index.understood(term, typing) for term in terms]
    readings = islice(_attempts(index, understood), ATTEMPTS)
    in_names = is_common(text) and not typing
    best = next((terms for terms in readings if index.has_all(terms, in_names)), None)
    if best is None:
        return Found(alone=_alone(understood))
    instead = {
        term: (term.typed, index.as_written(term.looked_for[0])) for term in best if term.corrected
    }
    return Found(
        _match(best, in_names),
        index.hits(best),
        tuple(pair for term, pair in instead.items() if not term.known),
        tuple(pair for term, pair in instead.items() if term.known),
    )


@dataclass(frozen=True)
class _Term:
    """One word of a search."""

    typed: str
    word: str
    #: Whether it is the last.
    unfinished: bool = False
    #: Whether records need not have it.
    optional: bool = False
    #: Whether any record has it.
    known: bool = False
    corrected: bool = False
    #: Words that will do, loose; a star makes one the beginning of any.
    looked_for: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether it must occur as typed, for in Latin letters it would be any word."""
        return is_foreign(self.typed)

    @property
    def match(self) -> str:
        parts = [_phrase(word) for word in self.looked_for]
        if not self.typed.isascii() and not self.corrected:
            parts.append(self.as_typed)
        return " OR ".join(parts)

    @property
    def as_typed(self) -> str:
        """What finds the word only with its own letters and accents, which are not all ASCII."""
        word = unicodedata.normalize("NFC", self.typed).lower()
        return f'original:"{word}"' + "*" * self.unfinished

    def instead(self, word: str) -> _Term:
        words = (word, f"{word}*") if self.unfinished else (word,)
        return replace(self, corrected=True, looked_for=words)


def _terms(text: str) -> list[_Term]:
    """The words of `text`, each once; the last may be unfinished."""
    typed: dict[str, str] = {}
    for start, end in spans(text):
        if word := _spelt(text[start:end]):
            typed.setdefault(word, text[start:end])
    last = next(reversed(typed), None)
    return [
        _Term(as_typed, word, word == last, optional=word != last and word in _STOP_WORDS)
        for word, as_typed in typed.items()
    ]


def _spelt(word: str) -> str:
    """As the index spells it; but a letter again and again (`aaa`) is none, and stays as it is."""
    spelt = loose(word)
    return fold(word) if len(spelt) == 1 and len(word) > _DIGRAPH else spelt


def _phrase(word: str) -> str:
    return f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"'


def _match(terms: Sequence[_Term], in_names: bool) -> str:
    """All `terms`, or a whole name that is written as one word (`By bi` → `bybi`)."""
    match = _everywhere(terms)
    return f"{{key name}}: ({match})" if in_names and match != NOTHING else match


def _everywhere(terms: Sequence[_Term]) -> str:
    needed = [f"({term.match})" for term in terms if not term.optional]
    if len(terms) == 1:
        return terms[0].match if terms[0].looked_for else NOTHING
    name = _joined(terms)
    if any(term.known and term.corrected for term in terms):
        return f'key:"{name}"'
    readings = [f'key:"{name}"', f'key:"{name}"*']
    if not _has_unknown(terms):
        readings.insert(0, f"({' AND '.join(needed)})")
    return " OR ".join(readings)


def _joined(terms: Sequence[_Term]) -> str:
    return "".join(term.looked_for[0] if term.corrected else term.word for term in terms)


def _has_unknown(terms: Sequence[_Term]) -> bool:
    return any(not term.looked_for and not term.optional for term in terms)


def _alone(terms: Sequence[_Term]) -> tuple[str, ...]:
    """Those of several words that need others not to be found."""
    needed = [term for term in terms if not term.optional]
    return tuple(term.typed for term in needed if term.known)[:ALONE] if len(needed) > 1 else ()


def _attempts(index: _Index, terms: list[_Term]) -> Iterator[list[_Term]]:
    """Ever wider readings of what was typed; at last whole names that are nearly so."""
    if any(term.is_foreign and not term.known for term in terms):
        return
    yield terms
    if _has_unknown(terms):
        return
    widened = [index.widened(term) for term in terms]
    yield widened
    corrected = [term for term in terms if term.corrected]
    yield from _corrected_once(index, terms, corrected)
    yield from _corrected_once(index, terms, [term for term in terms if term.known])


def _corrected_once(
    index: _Index, terms: list[_Term], doubtful: list[_Term]
) -> Iterator[list[_Term]]:
    """`terms` with one of the `doubtful` replaced by a similar word."""
    for likely in range(CORRECTIONS):
        for term in doubtful:
            for word in index.similar(term)[likely : likely + 1]:
                yield [term.instead(word) if other.word == term.word else other for other in terms]


#: Errors; whether the first letter is wrong, which is rare; commoner words first, then longer ones,
#: for a letter is forgotten more often than added.
_Rank = tuple[int, bool, int, int, str]


class _Index:
    """The words and the index of one table."""

    def __init__(self, connection: sqlite3.Connection, table_name: str) -> None:
        self._connection = connection
        self._table = table_name
        self._similar: dict[str, list[str]] = {}
        self._has_places = self._exists(f"{table_name}_fts_places")
        self._has_towns = self._exists("countries_fts_towns")

    def understood(self, term: _Term, typing: bool) -> _Term:
        """`term` with the words it stands for; none when no word is near enough."""
        if term.optional:
            return term
        if term.is_foreign and not self._matches(term.as_typed):
            return term
        if words := self._known_as(term, typing):
            return replace(term, known=True, looked_for=words)
        similar = self.similar(term)
        return term.instead(similar[0]) if similar else term

    def has_all(self, terms: Sequence[_Term], in_names: bool) -> bool:
        """Whether any record has them all; one word that is known need not be looked up again."""
        is_one_known = len(terms) == 1 and bool(terms[0].looked_for) and not in_names
        return is_one_known or self._matches(_match(terms, in_names))

    def widened(self, term: _Term) -> _Term:
        """`term` with the place it is a declined name of, and the commonest words that begin so."""
        if term.corrected or term.optional:
            return term
        stems = (term.word[:-1], term.word[:-2])
        places = [stem for stem in stems if len(stem) >= PART and self._places("name", stem)]
        words = dict.fromkeys([*term.looked_for, *places, *self._beginning_so(term)])
        return replace(term, looked_for=tuple(words))

    def _beginning_so(self, term: _Term) -> list[str]:
        """Words to look for instead of `word*`, for which FTS5 would first gather all records that
        have any such word. The last word has them anyway.
        """
        if term.unfinished:
            return []
        rows = self._rows(
            'select word from "{}_fts_words" where word >= ? and word < ? '
            "order by uses desc, word limit ?",
            *(term.word, f"{term.word}~", WHOLES),
        )
        return [word for (word,) in rows]

    def similar(self, term: _Term) -> list[str]:
        """Words that `term` may be a misspelling of, likeliest first."""
        if term.word not in self._similar:
            self._similar[term.word] = self._misspelt(term)
        return self._similar[term.word]

    def hits(self, terms: Sequence[_Term]) -> tuple[str, ...]:
        """Words that the records found hold, for marking them."""
        words = [word for term in terms for word in term.looked_for]
        local = [name for word in words for name in self._local_names(word)]
        return tuple(dict.fromkeys([*words, *local, _joined(terms)]))

    def as_written(self, word: str) -> str:
        """A loose word as the records write it, if one does: `orsted` → `Ørsted`."""
        if places := self._places("name", word):
            return places[0]
        records = self._rows(
            'select * from "{0}" where rowid in '
            '(select rowid from "{0}_fts" where "{0}_fts" match ? limit 1)',
            _phrase(word),
        )
        cells = [cell for record in records for cell in record if isinstance(cell, str)]
        forms = [
            cell[start:end]
            for cell in cells
            for start, end in spans(cell)
            if loose(cell[start:end]) == word
        ]
        return max(forms, key=lambda form: (not form.isascii(), not form.islower()), default=word)

    def _known_as(self, term: _Term, typing: bool) -> tuple[str, ...]:
        word = term.word
        whole = (word,) if self._is_word(word) else ()
        if whole and not (term.unfinished and (typing or len(word) > SMALL)):
            return whole
        if self._is_beginning(word):
            return (*whole, f"{word}*")
        return () if self._is_town(word) else self._wholes(word)

    def _is_word(self, word: str) -> bool:
        known = self._rows('select 1 from "{}_fts_words" where word = ?', word)
        return bool(known) or self._matches(_phrase(word))  # whole names, numbers

    def _is_beginning(self, word: str) -> bool:
        known = self._rows(
            'select 1 from "{}_fts_words" where word >= ? and word < ? limit 1', word, f"{word}~"
        )
        return bool(known) or self._matches(_phrase(f"{word}*"))

    def _is_town(self, word: str) -> bool:
        """Whether a town is called so, which no record need name."""
        sql = "select 1 from countries_fts_towns where word = ?"
        return self._has_towns and bool(self._rows(sql, word))

    def _wholes(self, word: str) -> tuple[str, ...]:
        """The commonest words that `word` is a part of."""
        if not PART <= len(word) <= LONGEST:
            return ()
        found = self._words([word], (len(word), LONGEST))
        ranked = sorted(found, key=lambda whole: (-found[whole], whole))
        return tuple(ranked[:WHOLES])

    def _misspelt(self, term: _Term) -> list[str]:
        word, length = term.word, len(term.word)
        if not (ONE_ERROR <= length <= LONGEST and word.isalpha()) or term.is_foreign:
            return []
        if not term.known and self._is_town(word):
            return []
        found = self._near(word, _halves(word), 1)
        if not term.known:  # else a whole name decides whether it is likely
            found = {near: rank for near, rank in found.items() if _is_likely(word, near)}
        if not found and length >= TWO_ERRORS:
            found = self._near(word, _thirds(word), 2)
            found = {near: rank for near, rank in found.items() if near[0] == word[0]}
        if not found and term.unfinished and not term.known:
            found = self._near_beginning(word)
        return sorted(found, key=lambda near: found[near])

    def _near(self, word: str, parts: list[str], errors: int) -> dict[str, _Rank]:
        """Words with one of `parts` and at most so many errors → their rank."""
        lengths = (len(word) - errors, len(word) + errors)
        return {
            near: (distance, near[0] != word[0], -uses, -len(near), near)
            for near, uses in self._words(parts, lengths).items()
            if near != word and (distance := _errors(word, near, errors)) <= errors
        }

    def _near_beginning(self, word: str) -> dict[str, _Rank]:
        """Words whose beginning is like `word`, but for one error → their rank."""
        length = len(word)
        ends = range(length - 1, length + 2)
        parts = [part for half in _halves(word) if len(part := half.rstrip("_")) >= 3]
        return {
            near: (len(near), False, -uses, 0, near)
            for near, uses in self._words(parts, (length, LONGEST)).items()
            if near[0] == word[0] and any(_begins(word, near[:end]) for end in ends)
        }

    def _words(self, parts: list[str], lengths: tuple[int, int]) -> dict[str, int]:
        """Words of some length (both ends count) with any of `parts` → how often each is used."""
        shortest, longest = lengths
        rows = self._rows(
            """
            select word, uses from "{0}_fts_words" where id in (
                select rowid from "{0}_fts_trigrams"
                where "{0}_fts_trigrams" match ? and rowid between ? and ? limit ?
            )
            """,
            " OR ".join(f'"{part}"' for part in parts),
            shortest * WORDS_OF_A_LENGTH,
            (longest + 1) * WORDS_OF_A_LENGTH - 1,
            CANDIDATES,
        )
        return dict(rows)

    def _local_names(self, word: str) -> list[str]:
        """What a place is called in its records: `danzig` → `gdansk`."""
        names = " ".join(map(loose, self._places("local", word)))
        return [name for name in names.split() if len(name) > SMALL]

    def _places(self, column: str, spelling: str) -> list[str]:
        """What one column says of the places of that name; those it is best known for first."""
        if not self._has_places:
            return []
        sql = 'select {} from "{{}}_fts_places" where spelling = ? order by distance, name'
        return [value for (value,) in self._rows(sql.format(column), spelling)]

    def _matches(self, match: str) -> bool:
        sql = 'select 1 from "{0}_fts" where "{0}_fts" match ? limit 1'
        return match != NOTHING and bool(self._rows(sql, match))

    def _exists(self, name: str) -> bool:
        return bool(self._rows("select 1 from sqlite_master where name = ?", name))

    def _rows(self, sql: str, *values: object) -> list[Any]:
        return self._connection.execute(sql.format(self._table), values).fetchall()


def _errors(typed: str, word: str, limit: int) -> int:
    return DamerauLevenshtein.distance(typed, word, score_cutoff=limit)


def _is_likely(typed: str, word: str) -> bool:
    """Whether one error is likelier than that another word is meant."""
    if typed[0] != word[0] and len(typed) < TWO_ERRORS:
        return False
    has_wrong_letter = len(typed) == len(word) and sorted(typed) != sorted(word)
    return len(typed) >= WRONG_LETTER or not has_wrong_letter


def _begins(typed: str, beginning: str) -> bool:
    return (
        _errors(typed, beginning, 1) <= 1
        and LCSseq.similarity(typed, beginning, score_cutoff=AGREEING) >= AGREEING
    )


def _halves(word: str) -> list[str]:
    """Of these a word with one error in it keeps one: either half, or both when letters that were
    swapped are put back.
    """
    half = len(word) // 2
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    return [f"__{word[:half]}", f"{word[half:]}__", f"__{swapped}__"]


def _thirds(word: str) -> list[str]:
    """Of these a word with two errors in it keeps one, but for a few odd cases."""
    third = max(3, len(word) // 3)
    middle = word[third:-third]
    inner = [middle] if len(middle) >= 3 else [word[third - 1 : third + 2], word[third : third + 3]]
    return [f"__{word[:third]}", f"{word[-third:]}__", *inner]
