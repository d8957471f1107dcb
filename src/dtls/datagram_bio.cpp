#include "datagram_bio.hpp"

#include <algorithm>

namespace offhook::dtls {
namespace {

constexpr long kMtuOverhead = 48;  // IPv6 and UDP

DatagramPort& port_of(BIO* bio) { return *static_cast<DatagramPort*>(BIO_get_data(bio)); }

int read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  const auto datagram = port_of(bio).take();
  if (datagram.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // What does not fit is lost, as with a socket.
  const std::size_t taken = std::min(datagram.size(), static_cast<std::size_t>(std::max(size, 0)));
  std::copy_n(datagram.begin(), taken, reinterpret_cast<std::uint8_t*>(out));
  return static_cast<int>(taken);
}

int write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  if (size > 0) port_of(bio).put({reinterpret_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
  return size;
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return kMtuOverhead;
    default: return 0;
  }
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "datagrams in memory");
  if (method == nullptr || BIO_meth_set_read(method, read) != 1 || BIO_meth_set_write(method, write) != 1 ||
      BIO_meth_set_ctrl(method, control) != 1 || BIO_meth_set_create(method, create) != 1)
    return nullptr;
  return method;
}

}  // namespace

BIO* make_datagram_bio(DatagramPort& port) {
  static BIO_METHOD* const method = make_method();  // for the process
  BIO* bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio != nullptr) BIO_set_data(bio, &port);
  return bio;
}

}  // namespace offhook::dtls
