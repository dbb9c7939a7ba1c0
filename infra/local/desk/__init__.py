"""The local helpdesk: a real django-helpdesk, configured safely, that tells what its agents do."""
