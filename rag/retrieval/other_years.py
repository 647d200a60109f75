"""Years that are not those of the papers looked for: of data, of events, of works that are cited.

Patterns for `conditions_dates`.
"""

from __future__ import annotations

import re

OF_ITS_OWN = re.compile(
    r"\b(?:data|tweets|posts|images|patients|samples|corpus|corpora|snapshots?|events?|figures|cases|news|texts?|elections?|season"
    r"|collected|gathered|recorded|conducted|carried out|performed|census|pandemic|outbreak|crisis|measured|held|observed|sold"
    r"|born|used)\s*$",
    re.IGNORECASE,
)
"""Before "from 2019": that is when the data are from, or when something happened."""
OF_OTHERS = re.compile(
    r"\b(?:cit(?:e|es|ing)|extend\w*|build\w* (?:up)?on|improv\w*(?: on| over| upon)?|based on|revisit\w*|replicat\w*|reproduc\w*"
    r"|critici[sz]\w*) (?:\w+ ){0,2}(?:work|works|papers?|stud(?:y|ies)|methods?|results)\s*$",
    re.IGNORECASE,
)
"""Before "from 2019": the papers that are cited are from then, not those that cite them."""
THAN = re.compile(
    r"\b(?:follow\w*|after|since|extend\w*|based on|build\w* on|beyond|than|unlike|improv\w*(?: on)?|cit\w*|like|similar to)"
    r" (?:the )?$",
    re.IGNORECASE,
)
"""Before "2017 paper": another paper than those looked for."""
EVENT = re.compile(
    r"\b(?:census|elections?|olympics?|pandemic|crisis|cup|wars?|outbreak|epidemic|earthquake|season|referendum|challenge"
    r"|competitions?|edition|version|workshop|conference|shared|track|budget|data|presidential|us|coronavirus|championships?|games"
    r"|campaign|recession|reform|act|tasks?|guidelines?|agenda|bug)\b",
    re.IGNORECASE,
)
"""Behind a year: it is the name of that, not the year of a paper."""
_BEFORE = ("in", "from", "of", "on", "to", "by", "for", "since", "before", "after", "until", "and", "or", "than", "during")
BEHIND = "".join(rf"(?<! {word})" for word in _BEFORE)
"""What a date at the end of a question must not stand behind: other rules read it then, or have left it."""
