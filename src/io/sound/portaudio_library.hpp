// PortAudio, loaded when a sound card is first asked for: who has none, a proxy above all, does not carry it, nor JACK
// and ALSA behind it.
#pragma once
#include <portaudio.h>

#include <string>

namespace offhook::io::sound {

// What we use of it, by its own names.
struct PortAudio {
  decltype(&Pa_Initialize) initialize = nullptr;
  decltype(&Pa_Terminate) terminate = nullptr;
  decltype(&Pa_GetErrorText) error_text = nullptr;
  decltype(&Pa_GetLastHostErrorInfo) last_host_error = nullptr;
  decltype(&Pa_GetDeviceCount) device_count = nullptr;
  decltype(&Pa_GetDeviceInfo) device_info = nullptr;
  decltype(&Pa_GetHostApiInfo) host_api_info = nullptr;
  decltype(&Pa_GetDefaultInputDevice) default_input = nullptr;
  decltype(&Pa_GetDefaultOutputDevice) default_output = nullptr;
  decltype(&Pa_OpenStream) open_stream = nullptr;
  decltype(&Pa_GetStreamInfo) stream_info = nullptr;
  decltype(&Pa_SetStreamFinishedCallback) on_finished = nullptr;
  decltype(&Pa_StartStream) start_stream = nullptr;
  decltype(&Pa_AbortStream) abort_stream = nullptr;
  decltype(&Pa_CloseStream) close_stream = nullptr;

  std::string trouble;  // why it could not be loaded; "": it is there
};

// Once a process; it stays.
[[nodiscard]] const PortAudio& portaudio();

}  // namespace offhook::io::sound
