#include "sim/disk.hpp"

namespace offhook::sim {

void Disk::write(TimePoint now, proxy::StoreWrite write) {
  waiting_.push_back(std::move(write));
  if (!due_) begin(now);
}

Disk::Committed Disk::commit(TimePoint now) {
  Committed out;
  out.ok = !failing_;
  for (const proxy::StoreWrite& write : running_) out.ids.push_back(write.id);
  if (!failing_) apply();
  running_.clear();
  due_.reset();
  if (!waiting_.empty()) begin(now);
  return out;
}

void Disk::crash() {
  if (!running_.empty() && random_->below(2) == 0) apply();
  running_.clear();
  waiting_.clear();
  due_.reset();
}

std::vector<proxy::Binding> Disk::bindings() const {
  std::vector<proxy::Binding> out;
  for (const auto& [key, binding] : table_) out.push_back(binding);
  return out;
}

void Disk::begin(TimePoint now) {
  running_.swap(waiting_);
  const auto range =
      static_cast<std::uint64_t>(std::max<Duration::rep>(0, (options_.commit_max - options_.commit_min).count()));
  due_ = now + options_.commit_min +
         (range == 0 ? Duration(0) : Duration(static_cast<Duration::rep>(random_->below(range + 1))));
}

void Disk::apply() {
  for (proxy::StoreWrite& write : running_) {
    for (const proxy::StoreWrite::Remove& gone : write.remove) {
      if (gone.contact.empty())
        std::erase_if(table_, [&](const auto& entry) { return std::get<0>(entry.first) == gone.aor; });
      else
        table_.erase({gone.aor, gone.contact, gone.instance, gone.reg_id});
    }
    for (proxy::Binding& binding : write.put) {
      Key key(binding.aor, binding.contact, binding.reg_id == 0 ? std::string{} : binding.instance, binding.reg_id);
      table_.insert_or_assign(std::move(key), std::move(binding));
    }
  }
}

}  // namespace offhook::sim
