"""Marathon's events for tests: one of each kind, and how it posts them."""
import json

from hub import Connection, Response
from looking_in import body_of
from post import CHUNKED, LAST_CHUNK, chunk, head

TIME = "2015-09-30T12:44:45.681Z"
APP = {"id": "/shop", "cmd": "./run", "instances": 2, "cpus": 0.5, "mem": 64.0, "env": {}}
CHECK = {"protocol": "HTTP", "path": "/health", "portIndex": 0, "maxConsecutiveFailures": 3}
PLAN = {"id": "867ed450-f6a8-4d33-9b0e-e11c5513990b",
        "original": {"id": "/", "apps": [], "groups": []},
        "target": {"id": "/", "apps": [APP], "groups": []},
        "steps": [{"action": "ScaleApplication", "app": "/shop"}], "version": TIME}


def event(kind, **members):
    return {**members, "eventType": kind, "timestamp": TIME}


# Each kind that Marathon knows, with its members, and the severity that it has here.
KINDS = [
    (event("api_post_event", clientIp="::1", uri="/v2/apps/shop", appDefinition=APP), 9),
    (event("status_update_event", slaveId="20140909-S3", taskId="shop_0-1396592784349",
           taskStatus="TASK_RUNNING", message="", appId="/shop", host="slave-1.acme.org",
           ipAddresses=[{"ipAddress": "10.0.0.7", "protocol": "IPv4"}], ports=[31372],
           version=TIME), 9),
    (event("status_update_event", slaveId="20140909-S3", taskId="shop_0-1396592784349",
           taskStatus="TASK_FAILED", message="Command exited with status 1", appId="/shop",
           host="slave-1.acme.org", ports=[31372], version=TIME), 17),
    (event("status_update_event", slaveId="20140609-2", taskId="myapp_1-1402505159061",
           taskStatus="TASK_LOST", appId="myapp", host="mesos-slave1", ports=[31705]), 17),
    (event("framework_message_event", slaveId="20140909-S3", executorId="shop.1",
           message="aGVsbG8="), 9),
    (event("subscribe_event", clientIp="1.2.3.4", callbackUrl="http://hub:5000/events"), 9),
    (event("unsubscribe_event", clientIp="1.2.3.4", callbackUrl="http://hub:5000/events"), 9),
    (event("event_stream_attached", remoteAddress="127.0.0.1"), 9),
    (event("event_stream_detached", remoteAddress="127.0.0.1"), 9),
    (event("add_health_check_event", appId="/shop", version=TIME, healthCheck=CHECK), 9),
    (event("remove_health_check_event", appId="/shop"), 9),
    (event("failed_health_check_event", appId="/shop", taskId="shop.1", healthCheck=CHECK), 13),
    (event("health_status_changed_event", appId="/shop", instanceId="shop.1", version=TIME,
           alive=True), 9),
    (event("health_status_changed_event", appId="/shop", taskId="shop.1", version=TIME,
           alive=False), 13),
    (event("unhealthy_task_kill_event", appId="/shop", taskId="shop.1", version=TIME,
           reason="500 Internal Server Error", host="slave-1.acme.org", slaveId="20140909-S3"), 17),
    (event("group_change_success", groupId="/", version=TIME), 9),
    (event("group_change_failed", groupId="/", version=TIME, reason="it is locked"), 17),
    (event("deployment_success", id=PLAN["id"], plan=PLAN), 9),
    (event("deployment_failed", id=PLAN["id"], plan=PLAN), 17),
    (event("deployment_info", plan=PLAN, currentStep=PLAN["steps"][0]), 9),
    (event("deployment_step_success", plan=PLAN, currentStep=PLAN["steps"][0]), 9),
    (event("deployment_step_failure", plan=PLAN, currentStep=PLAN["steps"][0]), 17),
    (event("app_terminated_event", appId="/shop"), 9),
    (event("scheduler_registered_event", frameworkId="f-1", master="master-1"), 9),
    (event("scheduler_reregistered_event", master="master-2"), 9),
    (event("scheduler_disconnected_event"), 13),
    (event("instance_changed_event", instanceId="shop.1", slaveId="20140909-S3",
           condition="Running", host="slave-1.acme.org", runSpecId="/shop",
           runSpecVersion=TIME), 9),
    (event("instance_changed_event", instanceId="shop.1", slaveId="20140909-S3",
           condition="Failed", host="slave-1.acme.org", runSpecId="/shop",
           runSpecVersion=TIME), 17),
    (event("unknown_instance_terminated_event", instanceId="shop.9", runSpecId="/shop",
           condition="Finished"), 13),
    (event("unhealthy_instance_kill_event", appId="/shop", instanceId="shop.1", version=TIME,
           reason="timeout", host="slave-1.acme.org"), 17),
    (event("instance_health_changed_event", instanceId="shop.1", runSpecId="/shop",
           runSpecVersion=TIME, healthy=False), 13),
    (event("pod_created_event", clientIp="1.2.3.4", uri="/v2/pods"), 9),
    (event("pod_updated_event", clientIp="1.2.3.4", uri="/v2/pods/shop"), 9),
    (event("pod_deleted_event", clientIp="1.2.3.4", uri="/v2/pods/shop"), 9),
]


def compact(value):
    """As Marathon writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


def post_event(hub, body, *headers):
    """As Marathon posts it, unless `headers` say otherwise."""
    headers = headers or ("Content-Type: application/json",)
    with Connection(hub.subscribe_port) as connection:
        connection.send(head("/events", f"Content-Length: {len(body)}", *headers) + body)
        return Response(connection.read_to_end())


def post_chunked(hub, *pieces):
    with Connection(hub.subscribe_port) as connection:
        connection.send(head("/events", CHUNKED))
        for piece in pieces:
            connection.send(chunk(piece))
        connection.send(LAST_CHUNK)
        return Response(connection.read_to_end())


def stored(hub, query=""):
    return body_of(hub, "/events" + ("?" + query if query else ""))
