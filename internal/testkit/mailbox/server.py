# A mail server on the loopback address that keeps what it takes as files:
# server.py PORT FOLDER [CERTIFICATE KEY]
import logging
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # clients that give up are part of the tests
port, folder = int(sys.argv[1]), sys.argv[2]


class Post:
    def __init__(self):
        self.later = set()
        self.taken = len(os.listdir(folder))

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + ["250-ENHANCEDSTATUSCODES"] + responses[-1:]

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("khong-co"):
            return "550 5.1.1 <%s>: no such mailbox here" % address
        if address.startswith("lat-nua") and address not in self.later:
            self.later.add(address)
            return "451 4.7.1 <%s>: try again later" % address
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"\r\n\r\n" not in envelope.original_content:
            return "554 5.6.0 no body"
        head = "X-Taken-From: %s\r\nX-Taken-For: %s\r\nX-Taken-TLS: %s\r\nX-Taken-User: %s\r\n" % (
            envelope.mail_from, ", ".join(envelope.rcpt_tos), "yes" if session.ssl else "no", session.auth_data or "")
        self.taken += 1
        name = os.path.join(folder, "%06d" % self.taken)
        with open(name + ".part", "wb") as file:
            file.write(head.encode() + envelope.original_content)
        os.rename(name + ".part", name + ".eml")
        return "250 2.0.0 taken"


def known(server, session, envelope, mechanism, data):
    if isinstance(data, LoginPassword) and data.login == b"benso" and data.password == b"mot mat khau":
        return AuthResult(success=True, auth_data=data.login.decode())
    return AuthResult(success=False, handled=False)


options = {"authenticator": known}
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    options.update(tls_context=context, require_starttls=True, auth_required=True)
controller = Controller(Post(), hostname="127.0.0.1", port=port, server_hostname="mailbox.test", **options)
controller.start()
print("ready", flush=True)
sys.stdin.read()
os._exit(0)
