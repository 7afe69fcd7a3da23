"""The texts by which a model finds terms, and the terms that it may not guess."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha1

BACKGROUND = (
    "a photo",
    "a picture of something",
    "an object",
    "a background",
    "a blurry picture",
)
"""Prompts that any frame fits: how near it is to these is subtracted."""


class Facet(StrEnum):
    """What kind of thing a term names: its prompts are made accordingly."""

    SUBJECT = "subject"
    ACTION = "action"
    PLACE = "place"
    LIGHT = "light"
    SHOT = "shot"
    """The size of the shot, or how the camera moves."""
    PLAIN = "plain"
    """The label itself is the prompt."""


TEMPLATES: Mapping[Facet, tuple[str, ...]] = {
    Facet.SUBJECT: ("{a}", "a photo of {a}"),
    Facet.ACTION: ("someone {term}", "a photo of people {term}", "{term}"),
    Facet.PLACE: ("{a}", "a view of {a}", "at {a}"),
    Facet.LIGHT: ("{term}", "a scene in {term}", "a photo taken in {term}"),
    Facet.SHOT: ("{a}", "{a} from a film"),
    Facet.PLAIN: ("{term}",),
}

SENSITIVE = frozenset({
    "race", "ethnicity", "ethnic", "nationality", "black", "white", "asian", "caucasian",
    "african", "arab", "jewish", "muslim", "christian", "hindu", "religion", "gay",
    "lesbian", "homosexual", "bisexual", "transgender", "queer", "gender", "man", "men",
    "woman", "women", "male", "female", "boy", "boys", "girl", "girls",
    "disability", "disabled", "wheelchair", "handicapped", "obese", "overweight", "fat", "ugly",
    "beautiful", "attractive", "pregnant", "illness", "sick", "patient", "drunk", "criminal",
    "terrorist", "prisoner", "refugee", "refugees", "immigrant", "poor", "homeless", "nude",
    "nudity", "naked", "sex", "sexual", "porn", "child", "children", "baby",
    "babies", "teenager", "elderly", "old",
})  # fmt: skip
"""Words for traits of people, for intimacy and for children: a model's guess at these does harm when it is wrong."""


def is_sensitive(labels: Sequence[str]) -> bool:
    """Whether one of a term's labels is, or holds, a sensitive word.

    >>> is_sensitive(["white shark"]), is_sensitive(["Homeless people"]), is_sensitive(["harbour"])
    (True, True, False)
    """
    words = {word for label in labels for word in label.casefold().replace("-", " ").split()}
    return bool(words & SENSITIVE)


def prompts_of(label: str, facet: Facet) -> tuple[str, ...]:
    """The texts that describe a term.

    >>> prompts_of("orange circle", Facet.SUBJECT)
    ('an orange circle', 'a photo of an orange circle')
    """
    term = label.strip()
    article = "an" if term[:1].lower() in tuple("aeiou") else "a"
    with_article = term if term.lower().startswith(("a ", "an ", "the ")) else f"{article} {term}"
    return tuple(template.format(term=term, a=with_article) for template in TEMPLATES[facet])


def digest(prompts: Sequence[str]) -> str:
    """By which prompts, background prompts included, are compared."""
    return sha1("\n".join([*prompts, "", *BACKGROUND]).encode()).hexdigest()
