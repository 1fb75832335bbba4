"""The source kind for bills of the Congress: watched ones, and new ones by the words of their titles."""

from tracker.config.keys import BASE_URL, STRING, STRINGS, Key
from tracker.config.source_kinds import SourceKind
from tracker.config.source_secrets import secret_key
from tracker.config.validators import base, string_list
from tracker.sources.congress.names import bill_list

KIND = SourceKind(
    name="congress",
    keys={
        "base_url": BASE_URL,
        "api_key": secret_key("the key of api.data.gov", required=True),
        "bills": Key(bill_list, STRINGS, 'bills by Congress, chamber and number: "119/hr/8170"'),
        "words": Key(string_list, STRINGS, "words by which bills are found: one of them is in the title"),
        "text_url": Key(base, STRING, "where the texts are: GovInfo"),
    },
    adapter="tracker.sources.congress.adapter",
    texts=True,
)
