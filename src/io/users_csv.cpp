// A file of users, read as a whole: one mistake and there is none.
#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/ascii.hpp"
#include "io/sqlite_users.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";  // that some programs put in front of UTF-8

struct Hash {
  std::string_view column;
  sip::DigestAlgorithm algorithm;
  std::size_t digits;
};
constexpr Hash kHashes[] = {{"ha1_md5", sip::DigestAlgorithm::Md5, 32},
                            {"ha1_sha256", sip::DigestAlgorithm::Sha256, 64},
                            {"ha1_sha512_256", sip::DigestAlgorithm::Sha512_256, 64}};

// The fields of one line; nothing when a quote has no end or stands where none may.
std::optional<std::vector<std::string>> fields_of(std::string_view line) {
  std::vector<std::string> out(1);
  std::size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ',') {
      out.emplace_back();
      ++i;
    } else if (line[i] != '"') {
      out.back() += line[i++];
    } else {
      if (!out.back().empty()) return std::nullopt;
      for (++i;; ++i) {
        if (i >= line.size()) return std::nullopt;
        if (line[i] != '"') {
          out.back() += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          out.back() += line[i++];
        } else {
          break;
        }
      }
      if (++i < line.size() && line[i] != ',') return std::nullopt;
    }
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view file, std::string_view realm) : file_(file), realm_(realm) {}

  Checked<void> take(std::string_view line) {
    ++line_;
    if (trim(line).empty()) return {};
    const auto fields = fields_of(line);
    if (!fields) return wrong("a quotation mark is out of place");
    if (columns_.empty()) return head(*fields);
    if (fields->size() != columns_.size())
      return wrong("there are " + std::to_string(fields->size()) + " fields, the first line names " +
                   std::to_string(columns_.size()));
    return user(*fields);
  }
  Checked<std::vector<StoredUser>> users() {
    if (columns_.empty()) return complain("the file is empty", std::string(file_));
    return std::move(out_);
  }

 private:
  tl::unexpected<Complaint> wrong(std::string what) const {
    return complain(std::move(what), std::string(file_) + ':' + std::to_string(line_));
  }

  Checked<void> head(const std::vector<std::string>& fields) {
    for (const std::string& field : fields) {
      const std::string column = to_lower(trim(field));
      const bool known = column == "name" || column == "password" ||
                         std::ranges::any_of(kHashes, [&](const Hash& hash) { return hash.column == column; });
      if (!known)
        return wrong("unknown column '" + field + "'; known are name, password, ha1_md5, ha1_sha256, ha1_sha512_256");
      if (std::ranges::find(columns_, column) != columns_.end()) return wrong("column '" + column + "' is there twice");
      columns_.push_back(column);
    }
    if (std::ranges::find(columns_, "name") == columns_.end()) return wrong("the first line names no column 'name'");
    return {};
  }

  [[nodiscard]] std::string value(const std::vector<std::string>& fields, std::string_view column) const {
    const auto at = std::ranges::find(columns_, column);
    return at == columns_.end() ? std::string{} : fields[static_cast<std::size_t>(at - columns_.begin())];
  }

  Checked<void> user(const std::vector<std::string>& fields) {
    const std::string name = value(fields, "name"), password = value(fields, "password");
    if (const auto good = check_user_name(name); !good) return wrong(good.error().what);
    if (!names_.insert(name).second) return wrong("user '" + name + "' is there twice");
    proxy::User user{name, {}};
    bool hashed = false;
    for (const Hash& hash : kHashes) {
      const std::string text = to_lower(trim(value(fields, hash.column)));
      if (text.empty()) continue;
      if (text.size() != hash.digits || text.find_first_not_of("0123456789abcdef") != std::string::npos)
        return wrong(std::string(hash.column) + " of '" + name + "' wants " + std::to_string(hash.digits) +
                     " hex digits");
      user.ha1.at(sip::hash_index(hash.algorithm)) = text;
      hashed = true;
    }
    if (hashed == !password.empty()) return wrong("'" + name + "' needs either a password or hashes");
    out_.push_back({hashed ? std::move(user) : proxy::make_user(name, password, realm_), std::string(realm_)});
    return {};
  }

  std::string_view file_, realm_;
  std::size_t line_ = 0;
  std::vector<std::string> columns_;
  std::unordered_set<std::string> names_;
  std::vector<StoredUser> out_;
};

}  // namespace

Checked<void> check_user_name(std::string_view name) {
  if (name.empty()) return complain("a user needs a name");
  const bool bad = std::ranges::any_of(name, [](char c) { return c == ':' || static_cast<unsigned char>(c) < 0x20; });
  if (bad) return complain("a name may have no colon and no control characters");
  return {};
}

Checked<std::vector<StoredUser>> read_users_csv(std::string_view file_name, std::string_view text,
                                                std::string_view realm) {
  Reader reader(file_name, realm);
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (auto taken = reader.take(line); !taken) return tl::unexpected(taken.error());
  }
  return reader.users();
}

}  // namespace offhook::io
