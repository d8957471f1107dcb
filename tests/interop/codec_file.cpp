// A codec over a file of 20 ms packets, so that others can judge what it makes:
//   codec_file encode|decode NAME IN OUT   samples are 16 bits in the machine's order, packets follow each other
//   codec_file au IN OUT                   libsndfile's ADPCM at 40 kbit/s (that of G.723 of 1988), as an AU file
//   codec_file raw IN OUT                  and back
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <sndfile.hh>

#include "media/codec.hpp"

namespace {

using namespace offhook;

std::vector<std::uint8_t> read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::uint8_t> encode(const media::Codec& codec, const std::vector<std::uint8_t>& in) {
  std::vector<std::int16_t> samples(in.size() / 2);
  std::memcpy(samples.data(), in.data(), samples.size() * 2);
  const auto encoder = codec.make_encoder("", "");
  const std::size_t frame = codec.rate("") / 50;
  std::vector<std::uint8_t> out;
  for (std::size_t at = 0; at + frame <= samples.size(); at += frame)
    encoder->encode(std::span(samples).subspan(at, frame), out);
  return out;
}

std::vector<std::uint8_t> decode(const media::Codec& codec, const std::vector<std::uint8_t>& in) {
  const auto decoder = codec.make_decoder("");
  std::vector<std::uint8_t> one;
  codec.make_encoder("", "")->encode(std::vector<std::int16_t>(codec.rate("") / 50), one);  // how long a packet is
  std::vector<std::uint8_t> out;
  for (std::size_t at = 0; at + one.size() <= in.size(); at += one.size()) {
    const auto payload = std::span(in).subspan(at, one.size());
    std::vector<std::int16_t> samples(decoder->samples_in(payload));
    decoder->decode(payload, samples);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(samples.data());
    out.insert(out.end(), bytes, bytes + samples.size() * 2);
  }
  return out;
}

int write_au(const char* from, const char* to) {
  const auto in = read(from);
  std::vector<std::int16_t> samples(in.size() / 2);
  std::memcpy(samples.data(), in.data(), samples.size() * 2);
  SndfileHandle file(to, SFM_WRITE, SF_FORMAT_AU | SF_FORMAT_G723_40, 1, 8000);
  const auto size = static_cast<sf_count_t>(samples.size());
  return file.write(samples.data(), size) == size ? 0 : 1;
}

int read_au(const char* from, const char* to) {
  SndfileHandle file(from);
  std::vector<std::int16_t> samples(static_cast<std::size_t>(file.frames()));
  const auto size = file.read(samples.data(), file.frames());
  std::ofstream out(to, std::ios::binary);
  out.write(reinterpret_cast<const char*>(samples.data()), size * 2);
  return out.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "au") return write_au(argv[2], argv[3]);
  if (argc == 4 && std::string_view(argv[1]) == "raw") return read_au(argv[2], argv[3]);
  const auto* codec = argc == 5 ? media::find_codec(std::string_view(argv[2])) : nullptr;
  if (codec == nullptr) {
    std::fprintf(stderr, "codec_file encode|decode NAME IN OUT, au|raw IN OUT\n");
    return 2;
  }
  const auto in = read(argv[3]);
  const auto out = std::string_view(argv[1]) == "encode" ? encode(*codec, in) : decode(*codec, in);
  std::ofstream file(argv[4], std::ios::binary);
  file.write(reinterpret_cast<const char*>(out.data()), static_cast<std::streamsize>(out.size()));
  return file.flush() ? 0 : 1;
}
