"""The source kind for the dockets of Regulations.gov: comment periods, documents beside those of the Federal Register, and
comments with words of the profiles.
"""

from tracker.config.keys import BASE_URL, STRINGS, Key
from tracker.config.source_kinds import SourceKind
from tracker.config.source_secrets import secret_key
from tracker.config.validators import string_list

KIND = SourceKind(
    name="regulations-gov",
    keys={
        "base_url": BASE_URL,
        "api_key": secret_key("the key of api.data.gov", required=True),
        "agencies": Key(
            string_list, STRINGS, 'agencies by their ids at Regulations.gov: "BIS", "ITA", "USTR", "DOC"'
        ),
        "dockets": Key(string_list, STRINGS, "dockets of other agencies by their ids"),
        "words": Key(
            string_list,
            STRINGS,
            "words for which comments are searched, beside the products and ECCNs of the profiles",
        ),
    },
    adapter="tracker.sources.regulations_gov.adapter",
    texts=True,
    profile_words=True,
)
