"""The daemon: takes mail by LMTP or SMTP, and has parser processes store it.

The event loop speaks the protocol and nothing else; mail is read and stored in `work`, by
processes of their own. A client is answered only after its mail's transaction is committed.
"""
