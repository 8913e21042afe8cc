"""The people side: contacts, consents, suppressions, orders and their events. Knows no questionnaire and no answer."""
