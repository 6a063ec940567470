# SPDX-License-Identifier: Apache-2.0
"""Discovery over UDP from the asker's side, written from the byte layouts of the facts (protocols A2, A3) and the
RFCs, sharing nothing with the scanner or the simulator: one question for each protocol, and one reader for each answer
that insists on its layout. Readers return what the answer says; a layout that does not hold is an AssertionError."""
import hashlib
import json
import re
import struct
import subprocess
import zlib

UUID = "13a888a9-f1b1-4020-ae9f-05607682d23b"


def wsd_probe(types=""):
    """WS-Discovery 2005/04, SOAP 1.2. The prefixes are those of Windows: wsdd2 knows no others."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>
<wsa:MessageID>urn:uuid:{UUID}</wsa:MessageID></soap:Header>
<soap:Body><wsd:Probe><wsd:Types>{types}</wsd:Types></wsd:Probe></soap:Body></soap:Envelope>""".encode()


def msearch(st):
    return (f'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\n'
            f"ST: {st}\r\n\r\n").encode()


def dns_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def dns_question(*names, ident=0x4711):
    """RFC 1035, 4: every name after the first ends in a pointer to "local" of the first, as real askers compress."""
    first = names[0].rpartition(".")[0]
    data, local = struct.pack(">HHHHHH", ident, 0, len(names), 0, 0, 0), 12 + len(dns_name(first)) - 1
    for i, name in enumerate(names):
        whole = dns_name(name)
        data += (whole if i == 0 else dns_name(name.rpartition(".")[0])[:-1] + struct.pack(">H", 0xc000 | local))
        data += struct.pack(">HH", 12, 1)
    return data


def sadp(types="inquiry"):
    return f'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>{UUID}</Uuid><Types>{types}</Types></Probe>'.encode()


def dhip(method="DHDiscover.search"):
    body = f'{{ "method" : "{method}", "params" : {{ "mac" : "", "uni" : 1 }} }}\n'.encode()
    size = struct.pack("<II", len(body), 0)
    return bytes.fromhex("20000000") + b"DHIP" + bytes(8) + size * 2 + body


def xm(message=1530):
    return bytes.fromhex("ff00000000000000000000000000") + struct.pack("<HI", message, 0)


def mhed(command=1, version=8):
    return (b"MHED" + struct.pack("<HHH", version, 1, command)).ljust(140, b"\0")


def tdp(opcode=1):
    body = b'{"params":{"rsa_key":"-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n"}}'
    head = [2, 0, opcode, len(body), 17, 0, 0x51525354, 0x5a6b7c8d]
    head[7] = zlib.crc32(struct.pack(">BBHHBBII", *head) + body)
    return struct.pack(">BBHHBBII", *head) + body


DAHUA_LEGACY = bytes.fromhex("a3010001") + bytes(12) + bytes.fromhex("02000000") + bytes(12)
MIIO = bytes.fromhex("21310020") + b"\xff" * 28
VSTARCAM = bytes.fromhex("44480101")
REOLINK = bytes.fromhex("aaaa0000")
CS2 = bytes.fromhex("f1300000")
HANWHA = b"\1" + bytes(range(1, 19)) + bytes(0x106 - 19)
BOSCH = bytes.fromhex("9939a427 0a0b0c0d ff0006de")
VIVOTEK = bytes.fromhex("5b 4a5d8f1c")
FOSCAM = b"MO_I" + bytes(11) + struct.pack("<II", 4, 4) + struct.pack(">I", 1)
V380 = b"NVDEVSEARCH^100"
HICHIP = b"SEARCH * HDS/1.0\r\nCSeq:77\r\nClient-ID:nvm0123456789\r\nAccept-Type:text/HDP\r\nContent-Length:0\r\n\r\n"

QUESTIONS = {
    1757: [BOSCH], 2000: [REOLINK], 3702: [wsd_probe(), wsd_probe("dn:NetworkVideoTransmitter")], 5050: [DAHUA_LEGACY],
    1900: [msearch("upnp:rootdevice"), msearch("ssdp:all"),
           msearch("urn:schemas-upnp-org:device:InternetGatewayDevice:1")],
    5353: [dns_question("_services._dns-sd._udp.local")]
    + [dns_question("_ipp._tcp.local", f"{s}.local")
       for s in ("_axis-video._tcp", "_psia._tcp", "_http._tcp", "_hap._tcp", "_miio._udp")],
    6666: [], 6667: [], 7701: [HANWHA], 8002: [HICHIP], 8600: [VSTARCAM], 10000: [VIVOTEK, FOSCAM], 10008: [V380],
    20002: [tdp()], 23456: [mhed()], 32108: [CS2], 34569: [xm()], 37020: [sadp(), sadp("inquiry_v32")], 37810: [dhip()],
    54321: [MIIO],
}


# ---- readers ----

def plain_mac(text):
    return text.lower().replace(":", "").replace("-", "")


def element(xml, name):
    """Text of the first element of that local name."""
    match = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)</", xml)
    return match and match.group(1).strip()


def read_wsd(data, address):
    import xml.etree.ElementTree as tree
    tree.fromstring(data)  # ours are well-formed
    xml = data.decode()
    assert element(xml, "RelatesTo") == f"urn:uuid:{UUID}", "RelatesTo echoes the MessageID"
    assert re.search(r"/discovery(/2009/01)?/ProbeMatches$", element(xml, "Action")), element(xml, "Action")
    scopes = (element(xml, "Scopes") or "").split()
    assert all(s.startswith("onvif://www.onvif.org/") for s in scopes), scopes
    hosts = re.findall(r"https?://([^/:\[\]]+|\[[^\]]*\])", element(xml, "XAddrs") or "")
    assert address in hosts, hosts
    value = {s.split("/")[3]: s.split("/", 4)[4] for s in scopes if s.count("/") > 3}
    return {"types": element(xml, "Types"), "model": value.get("hardware"), "name": value.get("name"), "scopes": scopes}


def read_headers(data, first):
    head, gap, _ = data.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert gap and re.fullmatch(first, lines[0]), lines[0]
    return {k.upper(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}


def read_ssdp(data, address):
    h = read_headers(data, r"HTTP/1\.1 200 OK|NOTIFY \* HTTP/1\.1")
    assert f"//{address}:" in h["LOCATION"] or f"//{address}/" in h["LOCATION"], h["LOCATION"]
    assert h["SERVER"] and h["USN"] and ("ST" in h or h.get("NTS") == "ssdp:alive"), h
    return {"server": h["SERVER"]}


def read_name(data, at):
    labels, end, jumps = [], None, 0
    while data[at]:
        if data[at] >= 0xc0:
            end = at + 2 if end is None else end
            at, jumps = struct.unpack(">H", data[at:at + 2])[0] & 0x3fff, jumps + 1
            assert jumps < 10, "a loop of pointers"
            continue
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return labels, (at + 1 if end is None else end)


def read_mdns(data, address):
    _, flags, questions, answers, authority, additional = struct.unpack(">HHHHHH", data[:12])
    assert flags == 0x8400, "response, authoritative (RFC 6762, 18)"
    assert (questions, authority, additional) == (0, 0, 0)
    at, out = 12, {"txt": []}
    for _ in range(answers):
        name, at = read_name(data, at)
        kind, klass, _, length = struct.unpack(">HHIH", data[at:at + 10])
        at += 10
        rdata = data[at:at + length]
        assert len(rdata) == length and klass & 0x7fff == 1
        if kind == 12:
            out["service"], out["instance"] = ".".join(name), read_name(data, at)[0]
        elif kind == 33:
            assert name == out["instance"]
            out["port"], out["host"] = struct.unpack(">H", rdata[4:6])[0], read_name(data, at + 6)[0]
        elif kind == 16:
            assert name == out["instance"]
            while rdata:
                out["txt"].append(rdata[1:1 + rdata[0]].decode())
                rdata = rdata[1 + rdata[0]:]
        elif kind == 1:
            assert name == out["host"] and ".".join(map(str, rdata)) == address
        at += length
    assert at == len(data), "nothing behind the last record"
    return {"name": out["instance"][0], **out}


def read_sadp(data, address):
    xml = data.decode()
    assert "<ProbeMatch>" in xml and element(xml, "Uuid") == UUID
    assert element(xml, "Types") in ("inquiry", "inquiry_v32")
    assert element(xml, "IPv4Address") == address
    mac = element(xml, "MAC")
    assert re.fullmatch(r"([0-9a-f]{2}-){5}[0-9a-f]{2}", mac), mac
    assert element(xml, "DeviceSN").startswith(element(xml, "DeviceDescription"))
    return {"model": element(xml, "DeviceDescription"), "firmware": element(xml, "SoftwareVersion"), "mac": mac,
            "brand": element(xml, "OEMInfo")}


def read_dhip(data, address):
    length = struct.unpack("<I", data[16:20])[0]
    assert data[:16] == bytes.fromhex("20000000") + b"DHIP" + bytes(8)
    assert data[20:32] == bytes(4) + struct.pack("<I", length) + bytes(4)
    assert len(data) == 32 + length
    j = json.loads(data[32:].rstrip(b"\n\0"))
    assert j["method"] == "client.notifyDevInfo"
    d = j["params"]["deviceInfo"]
    assert d["IPv4Address"]["IPAddress"] == address
    return {"model": d["DeviceType"], "firmware": d["Version"], "mac": j["mac"], "vendor": d["Vendor"]}


def read_dahua_legacy(data, address):
    assert data[0] == 0xb3
    two, three = data[2], struct.unpack("<H", data[0x14:0x16])[0]
    assert len(data) == 0x78 + two + three
    assert ".".join(map(str, data[0x38:0x3c])) == address
    assert struct.unpack("<H", data[0x62:0x64])[0] == 37777
    section = data[0x78:0x78 + two].decode()
    text = dict(line.partition(":")[::2] for line in data[0x78 + two:].decode().split("\r\n") if line)
    assert data[0x28:0x38].rstrip(b"\0").decode() == section[17:] == text["Device"]
    return {"model": section[17:], "mac": section[:17], "serial": text["SerialNo"]}


def read_xm(data, address):
    message, length = struct.unpack("<HI", data[14:20])
    assert data[0] == 0xff and message == 1531 and len(data) == 20 + length and data.endswith(b"\n\0")
    j = json.loads(data[20:-2])
    n = j["NetWork.NetCommon"]
    assert j["Ret"] == 100
    raw = bytes.fromhex(n["HostIP"].removeprefix("0x"))
    assert ".".join(map(str, raw[::-1])) == address, "reversed bytes"
    return {"firmware": n["Version"], "mac": n["MAC"], "channels": n["ChannelNum"]}


def read_mhed(data, address):
    # A3's "opcode 7" is the version; the command, 2 for an answer, stands behind it (public description of the
    # protocol: AlexandruIspas659/ipcprobe, PROTOCOL.md).
    assert len(data) == 240 and data[:4] == b"MHED" and struct.unpack("<HHH", data[4:10]) == (7, 1, 2)
    assert ".".join(map(str, data[40:44])) == address
    build, = struct.unpack("<I", data[56:60])
    assert 20000101 <= build <= 20991231
    model = data[196:212].rstrip(b"\0") + data[180:196].rstrip(b"\0")
    return {"model": model.decode(), "firmware": ".".join(map(str, data[55:51:-1])), "mac": data[32:38].hex(":"),
            "type": struct.unpack("<I", data[64:68])[0], "channels": struct.unpack("<I", data[228:232])[0]}


def read_tdp(data, address):
    version, kind, _, length, _, _, serial, crc = struct.unpack(">BBHHBBII", data[:16])
    assert (version, kind, serial) == (2, 0, 0x51525354) and len(data) == 16 + length
    assert zlib.crc32(data[:12] + bytes.fromhex("5a6b7c8d") + data[16:]) == crc
    r = json.loads(data[16:])["result"]
    assert r["ip"] == address and r["owner"] and r["device_id"], "the secrets that must not be kept are there"
    return {"model": r["device_model"], "firmware": r["firmware_version"], "mac": r["mac"],
            "factory_default": r["factory_default"]}


def read_miio(data, _):
    assert len(data) == 32 and data[:4] == bytes.fromhex("21310020")
    return {"token": data[16:]}


def read_cs2(data, _):
    assert data[:2] == bytes.fromhex("f141") and struct.unpack(">H", data[2:4])[0] == len(data) - 4
    assert 8 + 4 + 6 <= len(data) - 4 <= 8 + 4 + 8
    return {"prefix": data[4:12].rstrip(b"\0").decode(), "serial": struct.unpack(">I", data[12:16])[0],
            "check": data[16:].rstrip(b"\0").decode()}


def text_at(data, at, size):
    return data[at:at + size].split(b"\0")[0].decode()


def read_vstarcam(data, address):
    assert len(data) == 324 and data[:4] == bytes.fromhex("44480108")
    assert text_at(data, 4, 16) == address
    assert text_at(data, 0xec, 32) and text_at(data, 0x10c, 32), "the secrets that must not be kept are there"
    return {"firmware": text_at(data, 0xcc, 16), "port": struct.unpack("<H", data[0x5a:0x5c])[0],
            "serial": text_at(data, 0x5c, 32)}


def read_port10000(data, address):
    if data[:4] == b"MO_I":
        assert len(data) == 0x57 and data[6] == 0 and struct.unpack("<I", data[0xf:0x13])[0] == len(data) - 0x17
        assert ".".join(map(str, data[0x39:0x3d])) == address
        return {"firmware": ".".join(map(str, data[0x4d:0x51])), "port": struct.unpack(">H", data[0x55:0x57])[0]}
    assert data[:5] == VIVOTEK, "the head is echoed"
    at, values = 5, {}
    while at < len(data):
        values[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    assert at == len(data) and ".".join(map(str, values[3])) == address and len(values[2]) == 6
    return {"model": values[9].decode(), "mac": values[2].hex(":"), "port": struct.unpack(">H", values[6])[0]}


def read_hanwha(data, address):
    assert len(data) == 0x106 and data[0] == 0x0b and data[1:19] == HANWHA[1:19]
    assert text_at(data, 0x25, 16) == address
    return {"model": text_at(data, 0x6d, 10), "mac": text_at(data, 0x13, 18), "url": text_at(data, 0x85, 39)}


def read_bosch(data, address):
    if data.startswith(b"<?xml"):
        xml = data.decode()
        assert element(xml, "unitIPAddress") == address and element(xml, "RCPPort") == "1756"
        return {"name": element(xml, "friendlyName"), "mac": element(xml, "physAddress")}
    assert len(data) == 32 and data[:8] == BOSCH[:8]
    assert ".".join(map(str, data[16:20])) == address
    return {"mac": data[8:14].hex(":")}


def read_reolink(data, address):
    assert len(data) == 388 and data[104:108] == REOLINK and text_at(data, 108, 20) == address
    assert struct.unpack("<I", data[128:132])[0] == 9000 and text_at(data, 228, 32)
    assert plain_mac(text_at(data, 164, 18)) == data[80:86].hex()
    return {"mac": text_at(data, 164, 18)}


def read_v380(data, address):
    fields = data.decode().split("^")
    assert fields[:2] == ["NVDEVRESULT", "300"] and fields[3] == address and len(fields) > 12
    return {"mac": fields[2], "id": fields[12]}


def read_hichip(data, address):
    h = read_headers(data, r"HDS/1\.0 200 OK")
    assert (h["CSEQ"], h["CLIENT-ID"]) == ("77", "nvm0123456789")
    lines = dict(line.partition("=")[::2] for line in data.decode().split("\r\n") if "=" in line)
    assert lines["IP"] == address and lines["Device-ID"]
    return {"name": lines["Device-Name"]}


def read_tuya(data, address):
    prefix, _, command, length = struct.unpack(">IIII", data[:16])
    assert prefix == 0x55aa and len(data) == 16 + length and data[-4:] == bytes.fromhex("0000aa55")
    assert struct.unpack(">I", data[-8:-4])[0] == zlib.crc32(data[:-8])
    payload = data[20:-8]
    if command == 0x13:
        key = hashlib.md5(b"yGAdlopoPVldABfn").hexdigest()
        payload = subprocess.run(["openssl", "enc", "-d", "-aes-128-ecb", "-K", key], input=payload, check=True,
                                 capture_output=True).stdout
    j = json.loads(payload)
    assert j["ip"] == address and j["gwId"]
    return {"version": j["version"], "product": j["productKey"]}


READERS = {1757: read_bosch, 1900: read_ssdp, 2000: read_reolink, 3702: read_wsd, 5050: read_dahua_legacy,
           5353: read_mdns, 6666: read_tuya, 6667: read_tuya, 7701: read_hanwha, 8002: read_hichip, 8600: read_vstarcam,
           10000: read_port10000, 10008: read_v380, 20002: read_tdp, 23456: read_mhed, 32108: read_cs2, 34569: read_xm,
           37020: read_sadp, 37810: read_dhip, 54321: read_miio}
