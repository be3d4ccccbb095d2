"""What a fork server has before it forks (openphm.web.apart): the modules of a question, and the shipped
definitions read once. Importing this is what makes it ready; nothing else imports it.
"""

from openphm.web import screens
from openphm.web.apart import definitions_of

screens.all_screens()
definitions_of(None)
