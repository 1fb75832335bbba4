"""Accepts, or rejects, all tracked changes of Word files in LibreOffice. Runs in the Python that has `uno`, not in ours:
`python3 libreoffice_macro.py PORT accept IN OUT [IN OUT ...]`; the office listens on the port already, or will soon."""

import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

COMMANDS = {"accept": ".uno:AcceptAllTrackedChanges", "reject": ".uno:RejectAllTrackedChanges"}


def prop(name: str, value: object) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connect(port: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:socket,host=127.0.0.1,port={port};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


def main(port: str, files: list[str]) -> None:
    context = connect(port)
    services = context.ServiceManager
    desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    dispatcher = services.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    for choice, source, target in zip(files[::3], files[1::3], files[2::3], strict=True):
        opened = desktop.loadComponentFromURL(
            Path(source).resolve().as_uri(), "_blank", 0, (prop("Hidden", True),)
        )
        dispatcher.executeDispatch(opened.CurrentController.Frame, COMMANDS[choice], "", 0, ())
        opened.storeToURL(Path(target).resolve().as_uri(), (prop("FilterName", "MS Word 2007 XML"),))
        opened.close(True)
    try:
        desktop.terminate()
    except Exception as error:  # the office closes the connection while it answers
        print(error)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
