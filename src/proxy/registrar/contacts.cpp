#include "registrar/contacts.hpp"

#include <algorithm>

#include "sip/header/contact.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/via.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::uint16_t kDefaultPort = 5060;
constexpr std::size_t kLongestUserAgent = 128;

std::optional<Endpoint> endpoint_of(std::string_view host, std::optional<std::uint16_t> port) {
  const auto address = IpAddress::parse(host);
  if (!address) return std::nullopt;
  return Endpoint{*address, port.value_or(kDefaultPort)};
}

std::string joined(const sip::Message& request, HeaderId id) {
  std::string out;
  for (const std::string_view value : request.values(id)) {
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

bool has_one_via(const sip::Message& request) {
  auto value = request.values(HeaderId::Via).begin();
  return value != std::default_sentinel && ++value == std::default_sentinel;
}

// §10.3: an update with the Call-ID of the binding needs a higher CSeq than the binding's.
bool is_out_of_order(const LocationTable::Entry& entry, const sip::Message& request) {
  return entry.binding.call_id == request.call_id() && request.cseq() <= entry.binding.cseq;
}

class Planner {
 public:
  Planner(const RegisterFacts& facts, const Config& config)
      : facts_(facts), config_(config), request_(*facts.request) {}

  std::variant<StoreWrite, Reply> run() {
    for (const std::string_view value : request_.values(HeaderId::Contact)) {
      const auto contact = sip::Contact::parse(value);
      if (!contact) return Reply{400, "Bad Contact"};
      if (auto refusal = contact->star ? star() : one(*contact)) return *std::move(refusal);
      ++contacts_;
    }
    if (star_ && contacts_ > 1) return Reply{400, "Contact * Stands Alone"};
    if (held() > config_.max_contacts) return Reply{403, "Too Many Contacts"};
    return std::move(write_);
  }

 private:
  // Step 6: every binding goes, unless the request is older than one of them.
  std::optional<Reply> star() {
    star_ = true;
    if (sip::expires(request_) != 0U) return Reply{400, "Contact * Needs Expires: 0"};
    for (const auto& entry : *facts_.existing)
      if (is_out_of_order(entry, request_)) return Reply{500, "CSeq Out of Order"};
    if (!facts_.existing->empty()) write_.remove.push_back({std::string(facts_.aor), {}});
    return std::nullopt;
  }

  // Step 7.
  std::optional<Reply> one(const sip::Contact& contact) {
    const auto uri = contact.address.parse_uri();
    if (!uri) return Reply{400, "Bad Contact"};
    const seconds asked{contact.expires().value_or(
        sip::expires(request_).value_or(static_cast<std::uint32_t>(config_.default_expires.count())))};
    if (asked.count() != 0 && asked < config_.min_expires)
      return Reply{423, {}, {{HeaderId::MinExpires, std::to_string(config_.min_expires.count())}}};
    if (const auto* entry = same(*uri)) {
      if (is_out_of_order(*entry, request_)) return Reply{500, "CSeq Out of Order"};
      // An equal URI that is written in another way takes the place of the old one.
      if (asked.count() == 0 || entry->binding.contact != uri->text) remove(entry->binding.contact);
    }
    if (asked.count() != 0) put(contact, *uri, std::min(asked, config_.max_expires));
    return std::nullopt;
  }

  // §19.1.4 decides what is the same contact, not the text.
  const LocationTable::Entry* same(const sip::Uri& uri) const {
    for (const auto& entry : *facts_.existing) {
      if (entry.binding.contact == uri.text) return &entry;
      const auto other = sip::Uri::parse(entry.binding.contact);
      if (other && sip::equal(*other, uri)) return &entry;
    }
    return nullptr;
  }

  // A contact named twice in one request: the later one counts, and the change never holds both a put and a remove of
  // it.
  void forget(std::string_view contact) {
    std::erase_if(write_.put, [&](const Binding& earlier) { return earlier.contact == contact; });
    std::erase_if(write_.remove, [&](const StoreWrite::Remove& earlier) { return earlier.contact == contact; });
  }

  void remove(const std::string& contact) {
    forget(contact);
    write_.remove.push_back({std::string(facts_.aor), contact});
  }

  void put(const sip::Contact& contact, const sip::Uri& uri, seconds granted) {
    Binding binding;
    binding.aor = facts_.aor;
    binding.contact = uri.text;
    binding.call_id = request_.call_id();
    binding.cseq = request_.cseq();
    binding.expires = facts_.now.wall + granted;
    binding.q = contact.q().value_or(1000);
    binding.path = joined(request_, HeaderId::Path);
    binding.user_agent = request_.find(HeaderId::UserAgent).value_or(std::string_view{}).substr(0, kLongestUserAgent);
    binding.received = received_from(request_, uri, facts_.flow.remote);
    // A connection that the phone opened is the way back to it: no NAT lets another one in, and few phones have a
    // certificate to be called with. One behind another proxy is reached by its Path.
    if (transport::is_reliable(facts_.flow.protocol) && has_one_via(request_)) {
      binding.connection = {facts_.flow.connection, facts_.flow.protocol, facts_.flow.remote};
      binding.received.clear();
    }
    forget(binding.contact);
    write_.put.push_back(std::move(binding));
  }

  bool is_removed(const std::string& contact) const {
    return std::any_of(write_.remove.begin(), write_.remove.end(),
                       [&](const StoreWrite::Remove& r) { return r.contact.empty() || r.contact == contact; });
  }
  bool is_put(const std::string& contact) const {
    return std::any_of(write_.put.begin(), write_.put.end(), [&](const Binding& b) { return b.contact == contact; });
  }
  // Bindings after the change. A pure removal never meets the limit.
  std::size_t held() const {
    if (write_.put.empty()) return 0;
    std::size_t count = write_.put.size();
    for (const auto& entry : *facts_.existing)
      if (entry.is_live(facts_.now.mono) && !is_removed(entry.binding.contact) && !is_put(entry.binding.contact))
        ++count;
    return count;
  }

  const RegisterFacts& facts_;
  const Config& config_;
  const sip::Message& request_;
  StoreWrite write_;
  std::size_t contacts_ = 0;
  bool star_ = false;
};

}  // namespace

std::variant<StoreWrite, Reply> plan_register(const RegisterFacts& facts, const Config& config) {
  return Planner(facts, config).run();
}

std::string received_from(const sip::Message& request, const sip::Uri& contact, const Endpoint& source) {
  std::size_t vias = 0;
  bool true_via = false;
  for (const std::string_view value : request.values(HeaderId::Via)) {
    if (++vias > 1) return {};
    const auto via = sip::Via::parse(value);
    true_via = via && endpoint_of(via->host, via->port) == source;
  }
  if (true_via || endpoint_of(contact.host, contact.port) == source) return {};
  return source.text();
}

}  // namespace offhook::proxy
