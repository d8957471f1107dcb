// A proxy on real sockets with its store: what `offhook proxy` runs, and what the demo and the flows put between their
// phones.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flow/recorder.hpp"
#include "io/dns.hpp"
#include "io/loop.hpp"
#include "io/proxy_file.hpp"
#include "io/random.hpp"
#include "io/sip_host.hpp"
#include "io/sqlite_store.hpp"
#include "proxy/core.hpp"
#include "transport/locate.hpp"

namespace offhook::io {

class ProxyHost {
 public:
  // Opens the sockets and the store, loads what the store has. Port 0 in `listen` takes a free one.
  [[nodiscard]] static Checked<std::unique_ptr<ProxyHost>> start(Loop& loop, ProxySettings settings,
                                                                 flow::Recorder* recorder = nullptr);
  // What was acknowledged is on disk already; what was submitted is finished.
  ~ProxyHost();

  [[nodiscard]] const std::vector<transport::Listen>& listening() const { return listening_; }
  [[nodiscard]] const StreamHost& streams() const { return sip_->streams(); }
  // Certificates and keys are read again; a bad file changes nothing.
  Checked<void> reload_certificates();
  [[nodiscard]] const proxy::Core& core() const { return *core_; }
  // Hears, once for each change, that the store cannot be written and why, and that it is written again.
  void on_trouble(std::function<void(const std::string&)> trouble) { trouble_ = std::move(trouble); }

 private:
  ProxyHost(Loop& loop) : loop_(&loop) {}
  Checked<void> open_sockets(ProxySettings& settings, flow::Recorder* recorder);
  void pass_store_writes();
  void written(const std::vector<std::uint64_t>& ids, const std::string& error);

  Loop* loop_;
  SystemRandom random_;
  transport::Locator locator_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<proxy::Core> core_;
  std::unique_ptr<Dns> dns_;
  std::unique_ptr<SipHost> sip_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<transport::Listen> listening_;
  std::function<void(const std::string&)> trouble_;
  std::string store_error_;  // of the last commit
};

}  // namespace offhook::io
