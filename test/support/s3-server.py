# moto's S3 server for tests. Arguments: port (0: any free one), and an access key with its secret, if signatures are to
# be checked. Prints its port when it serves. MOTO_RECORDER_FILEPATH, if set, names a file of requests: those of a server
# before are done again, and all that come are added.
import os
import sys
import threading

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_api import recorder
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto import settings
from werkzeug.serving import make_server

recording = os.environ.get("MOTO_RECORDER_FILEPATH")
# The same ids in every run, so that recorded requests find what they name.
mock_random.seed(1)
server = make_server("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=True)
threading.Thread(target=server.serve_forever).start()

if recording:
    if os.path.exists(recording):
        with open(recording) as file:
            # The last one is not whole when the server was killed while it wrote.
            whole = [line for line in file if line.endswith("}\n")]
        with open(recording, "w") as file:
            file.writelines(whole)
        recorder.replay_recording(f"http://127.0.0.1:{server.server_port}")
    recorder.start_recording()

if len(sys.argv) > 2:
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user("us-east-1", "tests")
    key = iam.create_access_key("tests")
    key.access_key_id, key.secret_access_key = sys.argv[2:4]
    allowed = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    iam.put_user_policy("tests", "all", allowed)
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

print(server.server_port, flush=True)
