#include "sip/params.hpp"

#include <algorithm>

#include "scan.hpp"

namespace offhook::sip {
namespace {

std::string_view trimmed_tail(std::string_view s) {
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// Where a name ends, and where a value does: at what the grammar has next, or at what makes it hard to read.
struct NameStop {
  template <class B>
  static unsigned in(const B& block) {
    return (block.between(0, ' ') | block.equal(';') | block.equal('=')).bits();
  }
  static bool is(char c) { return detail::has(c, detail::kParamStop) || c == '='; }
};
struct ValueStop {
  template <class B>
  static unsigned in(const B& block) {
    return (block.between(0, ' ') | block.equal(';') | block.equal('"')).bits();
  }
  static bool is(char c) { return detail::has(c, detail::kParamStop) || c == '"'; }
};

// The parameter that begins at `at` (behind its ';') when it has no white space and is well formed: nearly all are.
// Where it ends; null when it needs the long way.
const char* plain_param(const char* at, const char* end, Param& out) {
  const char* const base = at;
  const char* const name_end = find_stop<NameStop>(base, at, end);
  if (name_end == at) return nullptr;
  out.name = between(at, name_end);
  if (name_end == end || *name_end == ';') return name_end;
  if (*name_end != '=') return nullptr;
  const char* const value = name_end + 1;
  const char* value_end = find_stop<ValueStop>(base, value, end);
  if (value_end == value) {
    if (value == end || *value != '"') return nullptr;
    const std::size_t n = quoted_length(between(value, end));
    if (n == 0) return nullptr;
    value_end = value + n;
  }
  if (value_end != end && *value_end != ';') return nullptr;
  out.value = between(value, value_end);
  return value_end;
}

// One parameter behind its ';'. `strict` turns false where the grammar is broken; what can be read is read all the
// same.
Param any_param(Cursor& cursor, bool& strict) {
  Param out;
  cursor.skip_space();
  out.name = trimmed_tail(cursor.take_while([](char c) { return c != ';' && c != '='; }));
  if (out.name.empty() || has_space(out.name)) strict = false;
  if (!cursor.take('=')) return out;
  cursor.skip_space();
  if (const std::size_t n = cursor.at('"') ? quoted_length(cursor.rest) : 0; n != 0) {
    out.value = cursor.rest.substr(0, n);
    cursor.rest.remove_prefix(n);
    // Between the closing quote and the next ';' there is nothing but white space.
    if (!trimmed_tail(cursor.take_while([](char c) { return c != ';'; })).empty()) strict = false;
    return out;
  }
  out.value = trimmed_tail(cursor.take_while([](char c) { return c != ';'; }));
  if (Cursor text(*out.value);
      text.done() || text.take_while([](char c) { return !is_space(c) && c != '"'; }).size() != out.value->size())
    strict = false;
  return out;
}

// Takes the parameter at the ';' where `at` stands; false when it has no name.
bool take_param(const char*& at, const char* end, Param& out, bool& strict) {
  ++at;
  out.value.reset();
  if (const char* const stop = plain_param(at, end, out); stop != nullptr) {
    at = stop;
    return true;
  }
  Cursor cursor(between(at, end));
  out = any_param(cursor, strict);
  at = cursor.rest.data();
  return !out.name.empty();
}

}  // namespace

void ParamReader::mark() {
  const auto all = static_cast<std::size_t>(end_ - at_);
  plain_ = false;
  stop_ = end_;
  if (*at_ != ';') return;
  std::size_t size = std::min(all, kMostMarked);
  ParamMarks marks;
  std::uint64_t hard = 0;
  for_each_block(at_, size, [&](const Block& block, unsigned shift) {
    marks.semicolons |= std::uint64_t{block.equal(';').bits()} << shift;
    marks.equals |= std::uint64_t{block.equal('=').bits()} << shift;
    hard |= std::uint64_t{(block.between(0, ' ') | block.equal('"')).bits()} << shift;
  });
  if (size != all) {  // the parameters that are in it as a whole
    size = kMostMarked - static_cast<std::size_t>(__builtin_clzll(marks.semicolons));
    if (size == 0) return;
    marks.semicolons &= within(size);
    marks.equals &= within(size);
  }
  if ((hard & within(size)) != 0 || !marks.well_formed(size)) return;
  plain_ = true;
  stop_ = at_ + size;
  semicolons_ = marks.semicolons;
  equals_ = marks.equals;
}

bool ParamReader::next_window(Param& out) {
  at_ = stop_;
  mark();
  return next(out);
}

bool ParamReader::check() const {
  if (plain_ && stop_ == end_) return true;
  ParamReader copy = *this;
  for (Param param; copy.next(param);) {
  }
  return copy.strict_;
}

bool ParamReader::next_slow(Param& out) {
  while (at_ != end_) {
    if (*at_ != ';') {  // white space, or text that belongs to no parameter
      if (!is_space(*at_)) strict_ = false;
      ++at_;
      continue;
    }
    if (take_param(at_, end_, out, strict_)) return true;
  }
  return false;
}

std::optional<Param> Params::next(std::string_view& rest) {
  const char* at = rest.data();
  const char* const end = at + rest.size();
  Param param;
  bool found = false, strict = true;
  while (!found && at != end) {
    if (*at == ';')
      found = take_param(at, end, param, strict);
    else
      ++at;
  }
  rest = between(at, end);
  return found ? std::optional(param) : std::nullopt;
}

// Where the parameter of that name begins in a list with marks; null when it is not there.
const char* Params::find_marked(std::string_view name) const {
  const char* const begin = text_.data();
  const std::size_t size = text_.size();
  for (std::uint64_t left = semicolons_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::size_t>(__builtin_ctzll(left)) + 1;
    const std::size_t behind = at + name.size();
    if (behind > size) return nullptr;
    const bool ends = behind == size || ((semicolons_ | equals_) >> behind & 1) != 0;
    if (ends && iequals({begin + at, name.size()}, name)) return begin + at;
  }
  return nullptr;
}

bool Params::has(std::string_view name) const {
  if (semicolons_ != 0) return find_marked(name) != nullptr;
  ParamReader reader(*this);
  Param param;
  while (reader.next(param))
    if (iequals(param.name, name)) return true;
  return false;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  if (semicolons_ != 0) {
    const char* const found = find_marked(name);
    if (found == nullptr) return std::nullopt;
    const auto behind = static_cast<std::size_t>(found - text_.data()) + name.size();
    const std::uint64_t following = semicolons_ >> behind;
    if (behind == text_.size() || (following & 1) != 0) return std::string_view{};
    const std::size_t end =
        following == 0 ? text_.size() : behind + static_cast<std::size_t>(__builtin_ctzll(following));
    return between(text_.data() + behind + 1, text_.data() + end);
  }
  ParamReader reader(*this);
  Param param;
  while (reader.next(param)) {
    if (!iequals(param.name, name)) continue;
    std::string_view value = param.value.value_or(std::string_view{});
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

bool Params::well_formed() const { return ParamReader(*this).check(); }

std::string unquote(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? unescape_quoted(text.substr(1, text.size() - 2)) : std::string(text);
}

std::string unescape_quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

}  // namespace offhook::sip
