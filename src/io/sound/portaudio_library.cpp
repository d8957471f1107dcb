#include "sound/portaudio_library.hpp"

#include <dlfcn.h>

namespace offhook::io::sound {
namespace {

PortAudio load() {
  PortAudio out;
  // The name under which version 19 stands for good; the other one comes with its headers.
  constexpr const char* kNames[] = {"libportaudio.so.2", "libportaudio.so"};
  void* library = nullptr;
  for (const char* name : kNames)
    if (library == nullptr) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    out.trouble = why == nullptr ? "it cannot be loaded" : why;
    return out;
  }
  const auto take = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    if (function == nullptr) out.trouble = std::string(name) + " is not in it";
  };
  take(out.initialize, "Pa_Initialize");
  take(out.terminate, "Pa_Terminate");
  take(out.error_text, "Pa_GetErrorText");
  take(out.last_host_error, "Pa_GetLastHostErrorInfo");
  take(out.device_count, "Pa_GetDeviceCount");
  take(out.device_info, "Pa_GetDeviceInfo");
  take(out.host_api_info, "Pa_GetHostApiInfo");
  take(out.default_input, "Pa_GetDefaultInputDevice");
  take(out.default_output, "Pa_GetDefaultOutputDevice");
  take(out.open_stream, "Pa_OpenStream");
  take(out.stream_info, "Pa_GetStreamInfo");
  take(out.on_finished, "Pa_SetStreamFinishedCallback");
  take(out.start_stream, "Pa_StartStream");
  take(out.abort_stream, "Pa_AbortStream");
  take(out.close_stream, "Pa_CloseStream");
  return out;
}

}  // namespace

const PortAudio& portaudio() {
  static const PortAudio library = load();
  return library;
}

}  // namespace offhook::io::sound
