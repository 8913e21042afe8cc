"""Whom to ask when: campaigns, invitations, reminders, samples, call lists, and how field work goes."""
