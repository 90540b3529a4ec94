"""First names and what people make of them. Data, for the names of practitioners only: a patient's name is exact."""

from __future__ import annotations

from routiq.robyn.understanding.words import word_list, word_set

_GROUPS = (
    "abigail abby abbie", "alexander alex xander sandy", "alexandra alex lexi sasha", "alison ali", "amanda mandy",
    "andrew andy drew", "angela angie ange", "anthony tony ant", "antonia toni", "barbara barb",
    "benjamin ben benny", "bradley brad", "cameron cam", "caroline caz carrie", "catherine cathy kate cath katie",
    "charles charlie chas chuck", "charlotte charlie lottie", "christina chris tina", "christine chris chrissy",
    "christopher chris", "craig craigo", "cynthia cindy", "daniel dan danny", "danielle dani", "david dave davo",
    "deborah deb debbie", "dominic dom", "edward ed eddie ted ned", "elizabeth liz beth lizzie eliza betty libby",
    "emily em", "emma em", "eleanor ellie nell", "francesca fran", "frederick fred freddie", "gabrielle gabby",
    "gareth gaz", "gary gaz gazza", "geoffrey geoff", "gregory greg", "hannah han", "harold harry",
    "harrison harry", "heather heath", "isabella bella izzy", "jacob jake", "jacqueline jackie jacqui",
    "james jim jimmy jamie", "jennifer jen jenny", "jeremy jez", "jessica jess", "joanna jo", "joanne jo",
    "john jack johnny", "jonathan jon jono", "joseph joe joey", "joshua josh", "judith judy jude", "julian jules",
    "julia jules", "katherine kate kathy katie kath kat", "kathleen kath kathy kate", "kenneth ken",
    "kimberley kim", "kristina kris tina", "laurence laurie", "leonard len lenny", "lachlan lachie", "louise lou",
    "lucinda lucy", "madeleine maddie", "margaret marg maggie meg peg peggy", "matthew matt matty", "megan meg",
    "melanie mel", "melissa mel", "michael mike mick mickey", "michelle shell", "mitchell mitch", "natalie nat",
    "nathan nate", "nathaniel nathan nate", "nicholas nick nic", "nicola nic nicky", "nicole nic nicky",
    "oliver ollie oli", "olivia liv", "pamela pam", "patricia pat trish tricia patty", "patrick pat paddy",
    "penelope penny pen", "peter pete", "philip phil", "philippa pip pippa", "phillip phil", "priscilla cilla",
    "raymond ray", "rebecca bec becky", "richard rick dick rich richie", "robert rob bob bobby robbie",
    "ronald ron", "rosemary rose rosie", "russell russ", "samantha sam", "samuel sam sammy", "sandra sandy",
    "sarah sar", "sharon shaz shazza", "simon si", "stephanie steph", "stephen steve", "steven steve", "stuart stu",
    "susan sue suzie", "suzanne sue suzie", "tamara tam tammy", "theodore theo ted", "theresa terri tess",
    "thomas tom tommy", "timothy tim timmy", "tobias toby", "trevor trev", "valerie val", "veronica ronnie",
    "victoria vicky tori vic", "vincent vince vinnie", "wayne wayno", "william will bill billy liam",
    "zachary zac zach",
)  # fmt: skip
_SHORT: dict[str, set[str]] = {}
for _group in _GROUPS:
    _full, *_shorts = word_list(_group)
    for _short in _shorts:
        _SHORT.setdefault(_full, set()).add(_short)
        _SHORT.setdefault(_short, set()).add(_full)

ALSO_WORDS = word_set(
    "will may art rob mark grace drew pat sue bill nick hope joy rose ray jack rich penny dot faith guy frank "
    "josh amber april  june summer dawn max ali si han ant em pen nell jude sandy bella miles rusty bob chuck "
    "dick don earl gene gay ken lee  cam dan kit lance wade page reed chase hunter mason dean dale glen heath "
    "clay cliff brook brooke ash olive ivy lily "
)
"""Names that are ordinary words too: only after "with", "see" and the like."""


def nicknames(first_name: str) -> set[str]:
    """What somebody of this first name may be called, and the full names it may be short for; all folded."""
    return _SHORT.get(first_name, set())
