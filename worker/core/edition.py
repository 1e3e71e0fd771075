"""The edition of the claims extractor, apart from it: who only names it need not load its rules."""

#: Counted up when articles that were read before would be read otherwise; they are then read anew.
EXTRACTOR_VERSION = "1"
