// The answer to a BYE leaves when the call's record is on the disk, as that to a REGISTER does with its bindings: who
// has hung up and was told so finds the call in the records, whatever happens to this process. The 2xx to the INVITE
// waits too, so that the BYE finds the call when another run of this program gets it.
//
// A write that failed holds nobody up, and neither does one that takes too long: calls are worth more than their
// records. The world keeps what it could not write and says so.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "proxy/records.hpp"
#include "transaction/layer.hpp"

namespace offhook::proxy {

class Records final : public CallObserver {
 public:
  Records(const RecordSettings& settings, transaction::Layer& transactions)
      : settings_(settings), transactions_(&transactions) {}

  void answered(const CallRecord& call) override;
  void ended(const CallRecord& call) override;

  // The response that answers that call, or the final one to its BYE (CallRecord::number). False: there is nothing to
  // wait for, and the response is left as it is.
  [[nodiscard]] bool hold(TimePoint now, std::uint64_t call, transaction::ServerId server,
                          transaction::Response& response);

  [[nodiscard]] std::optional<RecordWrite> poll();
  void recorded(TimePoint now, std::uint64_t id, bool ok);

  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  [[nodiscard]] const RecordCounters& counters() const { return counters_; }

 private:
  struct Held {
    transaction::ServerId server;
    transaction::Response response;
    TimePoint until;
  };
  void write(const CallRecord& call);

  RecordSettings settings_;
  transaction::Layer* transactions_;
  std::uint64_t last_id_ = 0;
  std::uint64_t fresh_ = 0;  // the call whose record is `last_id_`, when it was answered or hung up just now
  std::deque<RecordWrite> writes_;
  std::map<std::uint64_t, Held> held_;  // by the write that they wait for, so in the order of their deadlines
  RecordCounters counters_;
};

}  // namespace offhook::proxy
