// Node-API's symbols are in whichever program loaded us, not always in a file called node.exe: when the
// linker's stub asks for node.exe, it gets the running program. Windows only; never ran on our machines.
#include <windows.h>

#include <delayimp.h>

#include <cstring>

namespace {

FARPROC WINAPI find_host(unsigned event, DelayLoadInfo *info) {
    if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) {
        return nullptr;
    }
    return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

} // namespace

extern "C" const PfnDliHook __pfnDliNotifyHook2 = find_host;
