"""The sample chain: a believable, fictional pharmacy chain with half a year of answers, for a first look and for trying things out.

Everything in it is invented. It lives in an installation of its own, marked as sample, and can be reset.
"""
