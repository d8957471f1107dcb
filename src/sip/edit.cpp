#include "sip/edit.hpp"

#include <algorithm>
#include <cassert>

#include "scan.hpp"
#include "write.hpp"

namespace offhook::sip {
namespace {

constexpr std::uint32_t kMiddle = 1U << 31U;
constexpr std::size_t kUsualText = 512, kUsualCuts = 8;  // what a proxy's forwarding needs
constexpr std::size_t kNone = HeaderIndex::kNone;
constexpr Limits kOwnLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};

}  // namespace

// Where a field begins and how far it reaches, its line end and folds counted.
std::pair<std::size_t, std::size_t> Edit::extent(std::size_t index) const {
  const HeaderIndex& fields = source_->index_;
  const std::size_t begin = fields[index].name;
  const std::size_t end = index + 1 < fields.size() ? fields[index + 1].name : source_->headers_end_;
  return {begin, end - begin};
}

std::size_t Edit::offset_of(std::string_view part) const {
  const auto at = static_cast<std::size_t>(part.data() - source_->buffer_.data());
  assert(at <= source_->buffer_.size() && part.size() <= source_->buffer_.size() - at);
  return at;
}

// Both give where in text_ they began to write.
std::size_t Edit::write_text(std::string_view value) {
  const std::size_t begin = text_.size();
  if (begin == 0) text_.reserve(kUsualText);
  write_value(text_, value);
  return begin;
}

std::size_t Edit::write_text(std::string_view name, std::string_view value) {
  const std::size_t begin = text_.size();
  if (begin == 0) text_.reserve(kUsualText);
  write_field(text_, name, value);
  return begin;
}

// At one place insertions come before what is cut there; of two cuts the longer one first.
void Edit::insert(Cut cut) {
  if (cuts_.empty()) cuts_.reserve(kUsualCuts);
  auto at = cuts_.end();
  const auto before = [&cut](const Cut& other) {
    if (cut.at != other.at) return cut.at < other.at;
    if ((cut.size == 0) != (other.size == 0)) return cut.size == 0;
    return cut.size != other.size ? cut.size > other.size : cut.order < other.order;
  };
  while (at != cuts_.begin() && before(*std::prev(at))) --at;
  cuts_.insert(at, cut);
}

// Later cuts at one place win over earlier ones; insertions keep the order of the calls.
void Edit::cut(std::size_t at, std::size_t size, std::size_t text_begin) {
  if (size != 0) std::erase_if(cuts_, [&](const Cut& c) { return c.at == at && c.size != 0 && c.size <= size; });
  insert({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size), kMiddle + calls_++,
          static_cast<std::uint32_t>(text_begin), static_cast<std::uint32_t>(text_.size() - text_begin)});
}

Edit& Edit::request_uri(std::string_view uri) {
  if (source_->is_request()) cut(source_->part_[1][0], source_->part_[1][1], write_text(uri));
  return *this;
}

Edit& Edit::status(int code, std::string_view reason) {
  if (source_->is_response())
    cut(0, source_->start_line_size_, write_text("SIP/2.0 " + std::to_string(code).append(1, ' ').append(reason)));
  return *this;
}

Edit& Edit::prepend(HeaderId id, std::string_view value) {
  const HeaderIndex& fields = source_->index_;
  const std::size_t front = fields.size() == 0 ? source_->headers_end_ : fields[0].name;
  const std::size_t first = fields.first(id);
  const std::size_t at = first == kNone ? front : fields[first].name;
  // Insertions at one place: prepends go before appends, the latest of them first.
  const std::size_t begin = write_text(header_name(id), value);
  insert({static_cast<std::uint32_t>(at), 0, kMiddle - 1 - calls_++, static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(text_.size() - begin)});
  return *this;
}

Edit& Edit::append(HeaderId id, std::string_view value) {
  std::size_t at = source_->headers_end_;
  for (std::size_t i = source_->index_.first(id); i != kNone; i = source_->index_.next(i))
    at = extent(i).first + extent(i).second;
  cut(at, 0, write_text(header_name(id), value));
  return *this;
}

Edit& Edit::append(std::string_view name, std::string_view value) {
  if (const HeaderId id = header_id(name); id != HeaderId::Other) return append(id, value);
  cut(source_->headers_end_, 0, write_text(name, value));
  return *this;
}

Edit& Edit::set(HeaderId id, std::string_view value) {
  if (const std::size_t first = source_->index_.first(id); first != kNone) {
    const auto [at, size] = extent(first);
    cut(at, size, write_text(source_->header(first).name, value));
    return *this;
  }
  forget(id);
  return append(id, value);
}

// Set twice and absent from the source: the earlier value waits at the end of the header and is taken back.
void Edit::forget(HeaderId id) {
  const std::string start = std::string(header_name(id)) + ": ";
  std::erase_if(cuts_, [&](const Cut& c) {
    return c.at == source_->headers_end_ && c.size == 0 && std::string_view(text_).substr(c.text).starts_with(start);
  });
}

Edit& Edit::replace(std::string_view part, std::string_view with) {
  cut(offset_of(part), part.size(), write_text(with));
  return *this;
}

Edit& Edit::insert_after(std::string_view part, std::string_view text) {
  cut(offset_of(part) + part.size(), 0, write_text(text));
  return *this;
}

Edit& Edit::remove(HeaderId id) {
  for (std::size_t i = source_->index_.first(id); i != kNone; i = source_->index_.next(i)) remove_field(i);
  return *this;
}

Edit& Edit::remove_field(std::size_t index) {
  const auto [at, size] = extent(index);
  cut(at, size, text_.size());
  return *this;
}

bool Edit::is_cut(std::size_t at) const {
  return std::any_of(cuts_.begin(), cuts_.end(),
                     [at](const Cut& c) { return c.text_size == 0 && c.at <= at && at < c.at + c.size; });
}

// Called again it takes the next element, for a cut element is gone.
Edit& Edit::remove_top(HeaderId id) {
  for (std::size_t i = source_->index_.first(id); i != kNone; i = source_->index_.next(i)) {
    const std::string_view value = source_->header(i).value;
    const bool is_single = value.find(',') == std::string_view::npos && !value.empty();  // nearly every one
    if (is_single && is_cut(offset_of(value))) continue;
    if (is_single) return remove_field(i);
    CommaSplitter elements(is_list(id) ? value : std::string_view{});
    std::optional<std::string_view> first = elements.next();
    while (first && is_cut(offset_of(*first))) first = elements.next();
    if (is_list(id) ? !first : is_cut(extent(i).first)) continue;
    const auto second = first ? elements.next() : std::nullopt;
    if (!second) return remove_field(i);
    cut(offset_of(*first), offset_of(*second) - offset_of(*first), text_.size());
    return *this;
  }
  return *this;
}

Edit& Edit::body(std::string_view content_type, std::string_view bytes) {
  forget(HeaderId::ContentType);
  if (content_type.empty())
    remove(HeaderId::ContentType);
  else
    set(HeaderId::ContentType, content_type);
  set(HeaderId::ContentLength, std::to_string(bytes.size()));
  const std::size_t at = source_->body_;
  std::erase_if(cuts_, [at](const Cut& c) { return c.at == at; });
  const std::size_t begin = text_.size();
  text_ += bytes;
  cut(at, source_->buffer_.size() - at, begin);
  body_size_ = bytes.size();
  return *this;
}

std::string Edit::bytes() const {
  const std::string& from = source_->buffer_;
  std::string out;
  out.reserve(from.size() + text_.size());
  std::size_t done = 0;
  for (const Cut& c : cuts_) {
    // A change to something that another one takes away goes with it.
    if (c.at >= done) {
      out.append(from, done, c.at - done);
      out.append(text_, c.text, c.text_size);
    }
    done = std::max<std::size_t>(done, c.at + c.size);
  }
  out.append(from, done);
  return out;
}

Message Edit::apply() const {
  auto message = Message::parse(bytes(), kOwnLimits);
  return message ? std::move(*message) : Message{};
}

}  // namespace offhook::sip
