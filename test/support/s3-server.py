# moto's S3 server for tests. Arguments: port (0: any free one), a folder that what it is told is kept in, or an empty
# text, and an access key with its secret, if signatures are to be checked. Prints its port when it serves; ends with its
# standard input.
import os
import pickle
import sys
import threading
from hashlib import sha256
from urllib.parse import unquote

from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

port, folder, *keys = sys.argv[1:]
objects = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
lock = threading.Lock()


def load():
    for name in os.listdir(folder):
        if name.endswith(".new"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            bucket, key, value = pickle.load(file)
        if bucket not in objects.buckets:
            objects.create_bucket(bucket, "us-east-1")
        if key and value is not None:
            objects.put_object(bucket, key, value)


def save(bucket, key):
    found = objects.get_object(bucket, key) if key else None
    path = os.path.join(folder, sha256(f"{bucket}/{key}".encode()).hexdigest())
    with open(path + ".new", "wb") as file:
        pickle.dump((bucket, key, found and found.value), file)
    os.replace(path + ".new", path)


def kept(app):
    """`app`, whose answers to changes leave only when these are in the folder."""

    def handle(environ, start_response):
        body = app(environ, start_response)
        bucket, _, key = unquote(environ["PATH_INFO"]).lstrip("/").partition("/")
        if environ["REQUEST_METHOD"] in ("PUT", "POST", "DELETE") and bucket in objects.buckets:
            with lock:
                save(bucket, key)
        return body

    return handle


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
app = DomainDispatcherApplication(create_backend_app)
if folder:
    os.makedirs(folder, exist_ok=True)
    load()
    app = kept(app)

if keys:
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user("us-east-1", "tests")
    access_key = iam.create_access_key("tests")
    access_key.access_key_id, access_key.secret_access_key = keys
    allowed = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    iam.put_user_policy("tests", "all", allowed)
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

server = make_server("127.0.0.1", int(port), app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
