// What phones are told: messages that wait (for whoever keeps the mailboxes), and NOTIFYs by command.
#include <algorithm>
#include <array>

#include "arguments.hpp"
#include "base/ascii.hpp"
#include "proxy/resources.hpp"
#include "sip/header/content_type.hpp"
#include "sip/header/event.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestBody = 16'384;  // of a NOTIFY

json messages_json(std::string_view user, const proxy::Messages& messages) {
  return {{"user", user},
          {"new", messages.fresh},
          {"old", messages.old},
          {"urgent_new", messages.urgent_fresh},
          {"urgent_old", messages.urgent_old}};
}

Checked<std::uint32_t> count(const Arguments& arguments, std::string_view name) {
  const auto text = arguments.text(name);
  if (!text) return 0;
  const auto number = parse_number<std::uint32_t>(*text);
  if (!number) return complain('"' + std::string(name) + "\" is not a number from 0: " + *text);
  return *number;
}

Checked<proxy::Messages> read_messages(const Request& request) {
  const auto arguments = Arguments::read(request);
  if (!arguments) return tl::unexpected(arguments.error());
  if (const auto known = arguments->only({"new", "old", "urgent_new", "urgent_old"}); !known)
    return tl::unexpected(known.error());
  if (const auto fresh = arguments->required("new"); !fresh) return tl::unexpected(fresh.error());
  proxy::Messages out;
  for (const auto& [name, to] : {std::pair{"new", &out.fresh},
                                 {"old", &out.old},
                                 {"urgent_new", &out.urgent_fresh},
                                 {"urgent_old", &out.urgent_old}}) {
    const auto number = count(*arguments, name);
    if (!number) return tl::unexpected(number.error());
    *to = *number;
  }
  if (out.urgent_fresh > out.fresh || out.urgent_old > out.old)
    return complain("the urgent ones are some of the others, not more of them");
  return out;
}

Response get_messages(const Asked& asked) {
  return ok(messages_json(asked.captured[0], asked.core().messages(asked.captured[0])));
}

Response put_messages(const Asked& asked) {
  const auto messages = read_messages(asked.request);
  if (!messages) return error(400, messages.error().text());
  asked.world.each_core([&](proxy::Core& core) { core.set_messages(asked.now, asked.captured[0], *messages); });
  return ok(messages_json(asked.captured[0], *messages));
}

// What is to be a field's value: it must not begin another field.
bool is_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

Response post_notify(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"event", "type", "body"}); !known) return error(400, known.error().text());
  const auto event = arguments->required("event");
  if (!event) return error(400, event.error().text());
  if (!is_value(*event) || !sip::Event::parse(*event))
    return error(400, "\"event\" is no value of an Event field, such as check-sync;reboot=true: " + *event);
  const auto type = arguments->text("type"), body = arguments->text("body");
  if (body && !type) return error(400, "\"type\" is missing: what the body is");
  if (type && (!is_value(*type) || !sip::MediaType::parse(*type)))
    return error(400, "\"type\" is no media type, such as text/plain: " + *type);
  if (body && body->size() > kLargestBody)
    return error(400, "\"body\" has more than " + std::to_string(kLargestBody) + " bytes");
  const auto contacts = asked.core().notify(asked.now, asked.captured[0], *event, type.value_or(""), body.value_or(""));
  if (contacts == 0) return error(404, std::string(asked.captured[0]) + " is not registered");
  return ok({{"contacts", contacts}});
}

}  // namespace

std::span<const Resource> event_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/messages/{user}", Access::Reader, get_messages},
      Resource{"PUT", "/messages/{user}", Access::Holder, put_messages},
      Resource{"POST", "/notify/{user}", Access::Holder, post_notify},
  };
  return kResources;
}

}  // namespace offhook::api
