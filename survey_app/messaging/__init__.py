"""How an SMS or an e-mail leaves. Knows nothing of surveys.

Whoever queues a message names its purpose; `reactions` says which room answers for a purpose.
"""
