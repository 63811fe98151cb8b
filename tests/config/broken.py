"""Broken configurations, each with what a person is told about it.

A case changes one piece of a small valid file. The line that the message names is the one that
carries `# here`.
"""

from __future__ import annotations

from dataclasses import dataclass

VALID = """\
[box]
id = "box-1"
[codes]
[lockout]
[timeouts]
[temporal]
[web]
[midi]
backend = "alsa"
[simulation]
[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"
[[devices]]
kind = "codetv"
name = "board-1"
port = "CodeTV Board 1"
[[devices]]
kind = "notes"
name = "pad"
port = "Pad"
doors = { door-1 = 60, door-2 = 61 }
[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"
[[lockers]]
id = 1
bay = "bay-1"
latch = "board-0"
door = "pad.door-1"
[operator]
"""

NAME = "a name of lower-case letters, digits and hyphens, at most 32, a letter first"


@dataclass(frozen=True)
class Broken:
    """`valid` with `old` replaced by `new`, and what is said about the line marked `# here`."""

    old: str
    new: str
    said: str
    valid: str = VALID

    @property
    def text(self) -> str:
        assert self.valid.count(self.old) == 1
        return self.valid.replace(self.old, self.new)


CASES = {
    # --- not TOML
    "no value": Broken(
        "[codes]", "[codes]\nlength # here", "a key needs a value; write key = value"
    ),
    "no quotes": Broken(
        '"alsa"',
        "alsa # here",
        "this is no value; put text in quotes, write true or false in small letters",
    ),
    "True": Broken(
        "[simulation]",
        "[simulation]\nenabled = True # here",
        "this is no value; put text in quotes, write true or false in small letters",
    ),
    "key twice": Broken(
        'id = "box-1"',
        'id = "box-1"\nid = "box-2" # here',
        "this key stands here for the second time; keep one",
    ),
    "section twice": Broken(
        "[lockout]",
        "[lockout]\n[codes] # here",
        "section [codes] stands here for the second time; join them",
    ),
    "inline key twice": Broken(
        "door-2 = 61 }",
        "door-1 = 61 } # here",
        "the key 'door-1' stands twice between { and }; keep one",
    ),
    "two values on a line": Broken(
        "[codes]",
        "[codes]\nlength = 8 valid_days = 3 # here",
        "a value ends and something follows; write one to a line",
    ),
    "text without end": Broken('"box-1"', '"box-1 # here', "a text does not end; close its quotes"),
    "backslash": Broken(
        "[web]",
        '[web]\nsocket = "C:\\qboxd" # here',
        "write a backslash as \\\\, or the text in single quotes",
    ),
    "list without end": Broken(
        "[web]\n[midi]",
        '[web]\nhosts = ["a"\n[midi] # here',
        "a list does not end; close it with ], commas between entries",
    ),
    "inline section without end": Broken(
        "door-2 = 61 }", "door-2 = 61 # here", "a { does not end on its line; close it with }"
    ),
    "no statement": Broken(
        "[codes]",
        "[codes]\n= 5 # here",
        "neither a section nor a key; write [section] or key = value",
    ),
    "open brackets": Broken(
        "[codes]", "[codes # here", "a section's name does not end; close its brackets"
    ),
    # --- what is not known
    "unknown section": Broken(
        "[codes]", "[code] # here", "unknown section 'code'; did you mean [codes]?"
    ),
    "section far from all": Broken(
        "[codes]",
        "[xyzzy] # here",
        "unknown section 'xyzzy'; known sections: [box], [codes], [lockout], [timeouts],"
        " [temporal], [web], [midi], [simulation], [[devices]], [[bays]], [[lockers]],"
        " [operator], [lights], [[checkpoints]], [[tasks]], [phones], [staff], [fleet],"
        " [upstream], [notices], [schedules], [backups], [[seed]]",
    ),
    "singular list": Broken(
        "[operator]",
        "[operator]\n[[locker]] # here\nid = 2",
        "unknown section 'locker'; did you mean [[lockers]]?",
    ),
    "unknown key": Broken(
        "[web]", "[web]\nprot = 80 # here", "[web]: unknown key 'prot'; did you mean 'port'?"
    ),
    "key far from all": Broken(
        "[midi]", "[midi]\nxyzzy = 1 # here", "[midi]: unknown key 'xyzzy'; known keys: 'backend'"
    ),
    "unknown device key": Broken(
        'port = "Pad"',
        'port = "Pad"\nlamsp = {} # here',
        "device 'pad': unknown key 'lamsp'; did you mean 'lamps'?",
    ),
    "another kind's key": Broken(
        'port = "CodeTV Board 1"',
        'port = "CodeTV Board 1"\ndoors = {} # here',
        "device 'board-1': unknown key 'doors'; known keys: 'kind', 'name', 'port',"
        " 'enabled', 'usb'",
    ),
    "unknown pad key": Broken(
        'port = "Pad"',
        'port = "Pad"\nkeys.enter = 5 # here',
        "device 'pad': keys: unknown key 'enter'; did you mean 'Enter'?",
    ),
    "unknown lamp": Broken(
        'port = "Pad"',
        'port = "Pad"\nlamps.succes = 5 # here',
        "device 'pad': lamps: unknown key 'succes'; did you mean 'success'?",
    ),
    "unknown control key": Broken(
        'port = "Pad"',
        'port = "Pad"\nbuzzer = { note = 5, onn = 3 } # here',
        "device 'pad': buzzer: unknown key 'onn'; did you mean 'on'?",
    ),
    # --- what is missing
    "no id": Broken(
        '[box]\nid = "box-1"',
        "[box] # here",
        f"[box]: the key 'id' is missing; add it: it takes {NAME}",
    ),
    "no latch": Broken(
        '[[lockers]]\nid = 1\nbay = "bay-1"\nlatch = "board-0"',
        '[[lockers]] # here\nid = 1\nbay = "bay-1"',
        "locker 1: the key 'latch' is missing; add it: it takes text in quotes, not empty",
    ),
    "no kind": Broken(
        '[[devices]]\nkind = "notes"',
        "[[devices]] # here",
        "device 'pad': the key 'kind' is missing; add it: it takes one of 'arduino',"
        " 'codetv', 'gpio', 'hid', 'lockerbus', 'mcp23017', 'mpr121', 'notes'",
    ),
    # --- values
    "number in quotes": Broken(
        "[web]",
        '[web]\nport = "4321" # here',
        '[web] port = "4321" can\'t be; it takes a whole number from 1 to 65535, without quotes'
        " (without this line: 4321)",
    ),
    "number too great": Broken(
        "[web]",
        "[web]\nport = 70000 # here",
        "[web] port = 70000 can't be; it takes a whole number from 1 to 65535, without quotes"
        " (without this line: 4321)",
    ),
    "fraction": Broken(
        "[codes]",
        "[codes]\nlength = 8.5 # here",
        "[codes] length = 8.5 can't be; it takes a whole number from 6 to 12, without quotes"
        " (without this line: 8)",
    ),
    "no time at all": Broken(
        "[timeouts]",
        "[timeouts]\ntyping_s = 0 # here",
        "[timeouts] typing_s = 0 can't be; it takes a number of seconds above 0 and up to 604800"
        " (without this line: 20)",
    ),
    "not a number": Broken(
        "[timeouts]",
        "[timeouts]\ntyping_s = nan # here",
        "[timeouts] typing_s = NaN can't be; it takes a number of seconds above 0 and up to 604800"
        " (without this line: 20)",
    ),
    "yes for true": Broken(
        "[temporal]",
        '[temporal]\nui = "yes" # here',
        '[temporal] ui = "yes" can\'t be; it takes true or false, without quotes'
        " (without this line: true)",
    ),
    "no choice": Broken(
        '"alsa"',
        '"coremidi" # here',
        "[midi] backend = \"coremidi\" can't be; it takes one of 'alsa', 'jack', 'simulation'"
        ' (without this line: "alsa")',
    ),
    "no such kind": Broken(
        '"notes"',
        '"dmx" # here',
        "device 'pad': kind = \"dmx\" can't be; it takes one of 'arduino', 'codetv', 'gpio',"
        " 'hid', 'lockerbus', 'mcp23017', 'mpr121', 'notes'",
    ),
    "no such board": Broken(
        '"CodeTV Board 1"',
        '"CodeTV Board 4" # here',
        "device 'board-1': port = \"CodeTV Board 4\" can't be; it takes the product name of a"
        " board: 'CodeTV Board 0', 1, 2 or 3",
    ),
    "capital letters": Broken(
        '"box-1"', '"Box 1" # here', f'[box] id = "Box 1" can\'t be; it takes {NAME}'
    ),
    "a date": Broken(
        "[web]",
        "[web]\nhost = 2026-11-21 # here",
        "[web] host = 2026-11-21 can't be; this key takes no date or time of day",
    ),
    "an address with a path": Broken(
        "[temporal]",
        '[temporal]\naddress = "http://temporal.example" # here',
        '[temporal] address = "http://temporal.example" can\'t be; it takes a host and a port,'
        " e.g. 'temporal.example:7233'",
    ),
    "a host with a port": Broken(
        "[web]",
        '[web]\nhosts = [\n"box-1.local",\n"box-1.local:4321", # here\n]',
        '[web] hosts, entry 2 = "box-1.local:4321" can\'t be; it takes a host name or address'
        " alone, without http:// and port, e.g. 'box-1.local'",
    ),
    "a path of digits": Broken(
        "[temporal]",
        "[temporal]\nbinary = 5 # here",
        "[temporal] binary = 5 can't be; it takes a path in quotes",
    ),
    "a note beyond MIDI": Broken(
        "door-2 = 61 }",
        "door-2 = 128 } # here",
        "device 'pad': doors.door-2 = 128 can't be; it takes a whole number from 0 to 127,"
        " without quotes",
    ),
    "note and control": Broken(
        "door-2 = 61 }",
        "door-2 = { note = 1, control = 2 } } # here",
        "device 'pad': doors.door-2 takes exactly one of note and control, e.g. { note = 60 }",
    ),
    "neither note nor control": Broken(
        "door-2 = 61 }",
        "door-2 = {} } # here",
        "device 'pad': doors.door-2 takes exactly one of note and control, e.g. { note = 60 }",
    ),
    "a door's odd name": Broken(
        "door-2 = 61 }",
        '"Door 2" = 61 } # here',
        f"device 'pad': doors.Door 2: its name is to be {NAME}",
    ),
    "a list of sections as one": Broken(
        "[operator]",
        '[seed] # here\nsku = "mug"\n[operator]',
        "'seed' is a list of sections; write [[seed]] above each of them",
    ),
    "a section as a list": Broken(
        "[lockout]",
        "[[lockout]] # here",
        "'lockout' is one section; write [lockout] above its keys",
    ),
    # --- names and numbers that stand twice
    "device name twice": Broken(
        'name = "board-1"',
        'name = "board-0" # here',
        "device 'board-0' is declared already; give this one another name",
    ),
    "port twice": Broken(
        '"CodeTV Board 1"',
        '"CodeTV Board 0" # here',
        "device 'board-1': the port 'CodeTV Board 0' is taken by device 'board-0' already;"
        " two devices can't share a port; name the other one's",
    ),
    "locker twice": Broken(
        "[operator]",
        '[[lockers]]\nid = 1 # here\nbay = "bay-1"\nlatch = "board-1"',
        "locker 1 is declared already; give this one another id",
    ),
    "bay twice": Broken(
        "[operator]",
        '[[bays]]\nid = "bay-1" # here\nkeypad = "board-1"\nlamps = "board-1"',
        "bay 'bay-1' is declared already; give this one another id",
    ),
    "latch twice": Broken(
        "[operator]",
        '[[lockers]]\nid = 2\nbay = "bay-1"\nlatch = "board-0" # here',
        "locker 2: the latch of 'board-0' is taken by locker 1 already;"
        " one part of a device serves one; name another device",
    ),
    "door twice": Broken(
        "[operator]",
        '[[lockers]]\nid = 2\nbay = "bay-1"\nlatch = "board-1"\ndoor = "pad.door-1" # here',
        "locker 2: the door 'pad.door-1' is taken by locker 1 already;"
        " name another door, or leave the key out where there is no switch",
    ),
    "keypad for bay and operator": Broken(
        "[operator]",
        '[operator]\nkeypad = "board-0" # here',
        "[operator]: the keypad of 'board-0' is taken by bay 'bay-1' already;"
        " one part of a device serves one; name another device",
    ),
    "note twice": Broken(
        "door-2 = 61 }",
        "door-2 = 60 } # here",
        "device 'pad': doors.door-2: note 60 is taken by device 'pad': doors.door-1 already;"
        " give each a number of its own",
    ),
    "web port is Temporal's": Broken(
        "[web]",
        "[web]\nport = 7233 # here",
        "[web] port: TCP port 7233 is taken by [temporal] port already;"
        " give each a port of its own",
    ),
    "Temporal port is the web's": Broken(
        "[temporal]",
        "[temporal]\nmetrics_port = 4321 # here",
        "[temporal] metrics_port: TCP port 4321 is taken by [web] port already;"
        " give each a port of its own",
    ),
    # --- wiring
    "unknown device": Broken(
        'lamps = "board-0"',
        'lamps = "bord-0" # here',
        "bay 'bay-1': lamps = 'bord-0', but no device has that name; did you mean 'board-0'?",
    ),
    "latch on a pad": Broken(
        'latch = "board-0"',
        'latch = "pad" # here',
        "locker 1: latch = 'pad' can't be; nothing on a notes device bounds how long a latch is"
        " on, and a coil left on burns; name a codetv, gpio or arduino device",
    ),
    "pad without keys": Broken(
        'keypad = "board-0"',
        'keypad = "pad" # here',
        "bay 'bay-1': keypad = 'pad' can't be; a bay's keypad needs 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,"
        " Cancel, Enter, which its keys do not map; add them there",
    ),
    "pad without lamps": Broken(
        'lamps = "board-0"',
        'lamps = "pad" # here',
        "bay 'bay-1': lamps = 'pad' can't be; a bay needs standby, success, failure, which its"
        " lamps do not map; add them there",
    ),
    "pad without buzzer": Broken(
        "[operator]",
        '[operator]\nbuzzer = "pad" # here',
        "[operator]: buzzer = 'pad' can't be; that device maps no buzzer; add one to it",
    ),
    "door of a board": Broken(
        '"pad.door-1"',
        '"board-1.door-1" # here',
        "locker 1: door = 'board-1.door-1' can't be; a CodeTV board has no door switch; name"
        " another device's door or leave the key out",
    ),
    "door without a device": Broken(
        '"pad.door-1"',
        '"door-1" # here',
        "locker 1: door = 'door-1' can't be; it takes a device and one of its doors, e.g."
        " 'door-pad.door-1'",
    ),
    "door of no device": Broken(
        '"pad.door-1"',
        '"pat.door-1" # here',
        "locker 1: door = 'pat.door-1', but no device has that name; did you mean 'pad'?",
    ),
    "unknown door": Broken(
        '"pad.door-1"',
        '"pad.dor-1" # here',
        "locker 1: door = 'pad.dor-1' can't be; 'pad' has no door 'dor-1'; did you mean 'door-1'?",
    ),
    "notes to a board": Broken(
        'port = "Pad"',
        'port = "CodeTV Board 2" # here',
        "device 'pad': port = 'CodeTV Board 2' can't be; notes must never be sent to a CodeTV"
        " board: write kind = 'codetv'",
    ),
    "two pads in one socket": Broken(
        'port = "Pad"',
        'port = "Pad"\nusb = "1-1.2"\ndoors = { door-1 = 60 }\n[[devices]]\nkind = "notes"\n'
        'name = "pad-2"\nport = "Pad" # here\nusb = "1-1.2"',
        "device 'pad-2': the port 'Pad' at USB 1-1.2 is taken by device 'pad' already; two devices"
        " can't share a port; name the other one's",
    ),
    "a greeting in a board's words": Broken(
        'port = "Pad"',
        'port = "Pad"\ngreeting = ["F0 7D 60 01 F7"] # here',
        "device 'pad': greeting, entry 1 'F0 7D 60 01 F7' begins like a message to a CodeTV board"
        " (F0 7D), which acts on it; write the one in your device's manual",
    ),
    "unknown bay": Broken(
        "[operator]",
        '[[lockers]]\nid = 2\nbay = "bay-2" # here\nlatch = "board-1"',
        "locker 2: bay = 'bay-2', but no bay has that id; did you mean 'bay-1'?",
    ),
    "bay without lockers": Broken(
        "[operator]",
        '[[bays]] # here\nid = "bay-2"\nkeypad = "board-1"\nlamps = "board-1"',
        "bay 'bay-2' has no locker; add one: [[lockers]] with bay = 'bay-2'",
    ),
    # --- simulation
    "simulation beside boards": Broken(
        "[simulation]",
        "[simulation]\nenabled = true # here",
        "[simulation] enabled = true beside real devices ([midi] backend = 'alsa'); the simulator"
        " never stands beside them: write [midi] backend = 'simulation', or enabled = false",
    ),
    "simulated boards without simulation": Broken(
        '"alsa"',
        '"simulation" # here',
        "[midi] backend = 'simulation', but the simulation is not enabled; write [simulation]"
        " enabled = true, or name the real backend: 'alsa' or 'jack'",
    ),
    "prizes to begin with in a real box": Broken(
        "[operator]",
        '[operator]\n[[seed]] # here\nsku = "mug"\nname = "Mug"\nunits = 1',
        "[[seed]] is for the simulation alone; a real box gets its prizes with 'boxd prizes"
        " import': remove the [[seed]] sections",
    ),
    # --- Temporal elsewhere
    "certificate without key": Broken(
        "[temporal]",
        '[temporal]\naddress = "t:7233"\ntls = true\ntls_cert_file = "c" # here',
        "[temporal] tls_cert_file without tls_key_file; a certificate needs its key: give both",
    ),
    "API key in the clear": Broken(
        "[temporal]",
        '[temporal]\naddress = "t:7233"\napi_key_file = "k" # here',
        "[temporal] api_key_file is of no use without TLS; write tls = true, or remove it",
    ),
    "TLS to the box's own server": Broken(
        "[temporal]",
        "[temporal]\ntls = true # here",
        "[temporal] tls goes with a server elsewhere, and the box's own speaks plainly on"
        " loopback; name that server's address, or remove this line",
    ),
    "a unit for a server that is elsewhere": Broken(
        "[temporal]",
        '[temporal]\naddress = "t:7233"\nown_unit = true # here',
        "[temporal] own_unit = true is about the box's own server, and address names one"
        " elsewhere; remove one of the two",
    ),
    # --- web
    "HUD for everybody": Broken(
        "[web]",
        '[web]\nhost = "0.0.0.0" # here',
        "[web] host = '0.0.0.0' is not loopback, where anybody can press the operator's buttons;"
        " keep 127.0.0.1, or say under which names it may be reached: hosts = [...]",
    ),
    "a host that is no address": Broken(
        "[web]",
        '[web]\nhost = "booth" # here',
        "[web] host = 'booth' can't be; it takes an IP address, e.g. '127.0.0.1', or 'localhost'",
    ),
    "a socket's path too long": Broken(
        "[web]",
        f'[web]\nsocket = "/{"x" * 120}" # here',
        f"the socket's path has 121 bytes, and Linux takes 107: /{'x' * 120};"
        " write a shorter one: [web] socket = '/run/boxd/boxd.sock'",
    ),
    # --- waiting
    "alarm before the door can open": Broken(
        "[timeouts]",
        "[timeouts]\ndoor_left_open_s = 1 # here",
        "[timeouts] door_opens_s = 3 is longer than door_left_open_s = 1; make door_opens_s"
        " smaller, or door_left_open_s greater",
    ),
    "first reminder after the longest": Broken(
        "[timeouts]",
        "[timeouts]\nreminder_first_s = 900 # here",
        "[timeouts] reminder_first_s = 900 is longer than reminder_longest_s = 600; make"
        " reminder_first_s smaller, or reminder_longest_s greater",
    ),
    "first lock longer than the longest": Broken(
        "[lockout]",
        "[lockout]\nfirst_s = 7200 # here",
        "[lockout] first_s = 7200 is longer than longest_s = 3600; make first_s smaller, or"
        " longest_s greater",
    ),
}
