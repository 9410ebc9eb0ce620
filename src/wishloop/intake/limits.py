"""How often the public doors may be used from one address. Many phones share one address of a mobile carrier: generous."""

from wishloop.core.rate_limits import Limit

SUBMIT = Limit("submit", times=30, seconds=600)
SUBMIT_WITHOUT_PROOF = Limit("submit-slow", times=5, seconds=3600)
PREVIEW = Limit("preview", times=60, seconds=600)
API_SUBMIT = Limit("api-submit", times=60, seconds=600)
CHALLENGE = Limit("challenge", times=120, seconds=600)
UNLOCK_ADDRESS = Limit("unlock", times=20, seconds=600)
# Four digits are 10,000 guesses: at five an hour for one code, and a locked-out guesser locks out nobody who has a session.
UNLOCK_CODE = Limit("unlock-code", times=5, seconds=3600)
