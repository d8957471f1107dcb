#include "registrar/contacts.hpp"

#include <algorithm>

#include "registrar/outbound.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/option_tags.hpp"
#include "sip/header/via.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::uint16_t kDefaultPort = 5060;
constexpr std::size_t kLongestUserAgent = 128, kLongestContact = 1024, kLongestInstance = 256, kLongestPath = 4096;

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

// §10.3: an update with the Call-ID of the binding needs a higher CSeq than the binding's.
bool is_out_of_order(const LocationTable::Entry& entry, const sip::Message& request) {
  return entry.has_call_id(request.call_id()) && request.cseq() <= entry.cseq();
}

class Planner {
 public:
  Planner(const RegisterFacts& facts, const Config& config, const Names& names)
      : facts_(facts), config_(config), names_(names), request_(*facts.request), flows_(flow_use(request_)) {}

  std::variant<StoreWrite, Reply> run() {
    path_ = joined(request_, HeaderId::Path);
    if (path_.size() > kLongestPath) return Reply{400, "Path Too Long"};
    // RFC 3327 §5.3: a path that the phone does not know of is perhaps none that it wants.
    if (!path_.empty() && config_.strict_path && !sip::has_option_tag(request_, HeaderId::Supported, "path") &&
        !sip::has_option_tag(request_, HeaderId::Require, "path"))
      return Reply{420, {}, {{HeaderId::Unsupported, "path"}}};
    for (const std::string_view value : request_.values(HeaderId::Contact)) {
      const auto contact = sip::Contact::parse(value);
      if (!contact) return Reply{400, "Bad Contact"};
      if (auto refusal = contact->star ? star() : one(*contact)) return *std::move(refusal);
      ++contacts_;
    }
    if (star_ && contacts_ > 1) return Reply{400, "Contact * Stands Alone"};
    if (has_flow_ && kept_ > 1) return Reply{400, "A Flow Is Registered Alone"};
    if (held() > config_.max_contacts) return Reply{403, "Too Many Contacts"};
    return std::move(write_);
  }

 private:
  // A contact as it is read.
  struct Asked {
    sip::Uri uri;
    std::string_view instance;
    std::uint32_t reg_id = 0;
    seconds expires{};
    int q = 1000;
  };

  // Step 6: every binding goes, unless the request is older than one of them.
  std::optional<Reply> star() {
    star_ = true;
    if (sip::expires(request_) != 0U) return Reply{400, "Contact * Needs Expires: 0"};
    for (const auto& entry : facts_.existing)
      if (is_out_of_order(entry, request_)) return Reply{500, "CSeq Out of Order"};
    if (!facts_.existing.empty()) write_.remove.push_back({std::string(facts_.aor), {}});
    return std::nullopt;
  }

  // Step 7.
  std::optional<Reply> one(const sip::Contact& contact) {
    const auto uri = contact.address.parse_uri();
    if (!uri) return Reply{400, "Bad Contact"};
    Asked asked{*uri, instance_of(contact)};
    asked.expires = seconds{contact.expires().value_or(
        sip::expires(request_).value_or(static_cast<std::uint32_t>(config_.default_expires.count())))};
    asked.q = contact.q().value_or(1000);
    if (auto refusal = flow(contact, asked)) return refusal;
    if (asked.expires.count() != 0) {
      if (auto refusal = check(asked)) return refusal;
      ++kept_;
      has_flow_ = has_flow_ || asked.reg_id != 0;
    }
    if (const auto* entry = same(asked)) {
      if (is_out_of_order(*entry, request_)) return Reply{500, "CSeq Out of Order"};
      // The same binding under another name (an equal URI written in another way, another contact of that flow) takes
      // the place of the old one.
      if (asked.expires.count() == 0 || !entry->is(asked.uri.text, asked.instance, asked.reg_id)) remove(entry->name());
    }
    if (asked.expires.count() != 0) put(asked);
    return std::nullopt;
  }

  // RFC 5626 §6.
  std::optional<Reply> flow(const sip::Contact& contact, Asked& asked) const {
    const auto reg_id = reg_id_of(contact);
    if (!reg_id) return Reply{400, "Bad reg-id"};
    if (*reg_id == 0) return std::nullopt;
    if (flows_ == FlowUse::Refuse) return Reply{439, "First Hop Lacks Outbound Support"};
    if (flows_ == FlowUse::Apply) asked.reg_id = *reg_id;
    return std::nullopt;
  }

  // What may not be bound.
  std::optional<Reply> check(const Asked& asked) const {
    if (asked.expires < config_.min_expires)
      return Reply{423, {}, {{HeaderId::MinExpires, std::to_string(config_.min_expires.count())}}};
    if (asked.uri.text.size() > kLongestContact || asked.instance.size() > kLongestInstance)
      return Reply{400, "Contact Too Long"};
    if (asked.instance.empty()) return std::nullopt;
    // RFC 5627 §5.1: requests would come back to us for ever.
    if (!asked.uri.is_sip()) return Reply{403, "Contact Is Not A SIP URI"};
    if (!names_.is_us(asked.uri, facts_.flow.local)) return std::nullopt;
    if (asked.uri.params.has("gr") || names_.aor(asked.uri.user) == facts_.aor)
      return Reply{403, "Contact Is The Address-Of-Record"};
    return std::nullopt;
  }

  // A flow is the one of that number of that instance; else §19.1.4 decides what is the same contact, not the text.
  const LocationTable::Entry* same(const Asked& asked) const {
    for (const auto& entry : facts_.existing) {
      if (entry.reg_id() != asked.reg_id) continue;
      if (asked.reg_id != 0) {
        if (same_instance(entry.instance(), asked.instance)) return &entry;
        continue;
      }
      if (entry.contact() == asked.uri.text) return &entry;
      const auto other = sip::Uri::parse(entry.contact());
      if (other && sip::equal(*other, asked.uri)) return &entry;
    }
    return nullptr;
  }

  // A contact named twice in one request: the later one counts, and the change never holds both a put and a remove of
  // it.
  template <class A>
  static bool same_name(const A& a, const StoreWrite::Remove& b) {
    return a.contact == b.contact && a.reg_id == b.reg_id && (a.reg_id == 0 || a.instance == b.instance);
  }
  void forget(const StoreWrite::Remove& which) {
    std::erase_if(write_.put, [&](const Binding& earlier) { return same_name(earlier, which); });
    std::erase_if(write_.remove, [&](const StoreWrite::Remove& earlier) { return same_name(earlier, which); });
  }

  void remove(StoreWrite::Remove which) {
    forget(which);
    write_.remove.push_back(std::move(which));
  }

  void put(const Asked& asked) {
    Binding binding;
    binding.aor = facts_.aor;
    binding.contact = asked.uri.text;
    binding.call_id = request_.call_id();
    binding.cseq = request_.cseq();
    binding.expires = facts_.now.wall + std::min(asked.expires, config_.max_expires);
    binding.q = asked.q;
    binding.path = path_;
    binding.user_agent = request_.find(HeaderId::UserAgent).value_or(std::string_view{}).substr(0, kLongestUserAgent);
    binding.instance = asked.instance;
    binding.reg_id = asked.reg_id;
    set_flow(binding, asked);
    forget({binding.aor, binding.contact, binding.instance, binding.reg_id});
    write_.put.push_back(std::move(binding));
  }

  // A connection that the phone opened is the way back to it: no NAT lets another one in, and few phones have a
  // certificate to be called with. So is, for a flow, where a datagram came from. One behind another proxy is reached
  // by its Path.
  void set_flow(Binding& binding, const Asked& asked) const {
    if (transport::is_reliable(facts_.flow.protocol) && has_one_via(request_)) {
      binding.connection = {facts_.flow.connection, facts_.flow.protocol, facts_.flow.remote};
    } else {
      binding.received = received_from(request_, asked.uri, facts_.flow.remote);
      if (asked.reg_id != 0 && has_one_via(request_)) binding.received = facts_.flow.remote.text();
    }
    if (!binding.received.empty() || binding.connection.number != 0) binding.connection.local = facts_.flow.local;
  }

  bool is_changed(const LocationTable::Entry& entry) const {
    const auto is_entry = [&](const auto& one) { return entry.is(one.contact, one.instance, one.reg_id); };
    return std::any_of(write_.put.begin(), write_.put.end(), is_entry) ||
           std::any_of(write_.remove.begin(), write_.remove.end(),
                       [&](const StoreWrite::Remove& r) { return r.contact.empty() || is_entry(r); });
  }
  // Bindings after the change. A pure removal never meets the limit.
  std::size_t held() const {
    if (write_.put.empty()) return 0;
    std::size_t count = write_.put.size();
    for (const auto& entry : facts_.existing)
      if (entry.is_live(facts_.now.mono) && !is_changed(entry)) ++count;
    return count;
  }

  const RegisterFacts& facts_;
  const Config& config_;
  const Names& names_;
  const sip::Message& request_;
  const FlowUse flows_;
  std::string path_;
  StoreWrite write_;
  std::size_t contacts_ = 0;
  std::size_t kept_ = 0;  // of them with an expiry
  bool star_ = false, has_flow_ = false;
};

}  // namespace

std::variant<StoreWrite, Reply> plan_register(const RegisterFacts& facts, const Config& config, const Names& names) {
  return Planner(facts, config, names).run();
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
