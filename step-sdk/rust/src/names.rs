//! Names that Kubernetes takes: telling before the first write beats a refusal in the middle.

/// Whether it can name a Namespace, a Service and most things with a host name: RFC 1123's label.
pub fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_part(name)
}

/// Whether it can name most objects: RFC 1123's subdomain.
pub fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_part)
}

/// Whether it can be a label's key: a name, or a subdomain, `/` and a name.
pub fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_qualified(name),
        None => is_qualified(key),
    }
}

/// Whether it can be a label's value.
pub fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_qualified(value)
}

fn is_part(part: &str) -> bool {
    let inner = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    !part.is_empty() && part.chars().all(inner) && !part.starts_with('-') && !part.ends_with('-')
}

fn is_qualified(name: &str) -> bool {
    let outer = |it: char| it.is_ascii_alphanumeric();
    let inner = |it: char| outer(it) || ['-', '_', '.'].contains(&it);
    (1..=63).contains(&name.len())
        && name.chars().all(inner)
        && name.starts_with(outer)
        && name.ends_with(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_as_kubernetes_does() {
        assert!(is_label("httpd-development") && !is_label("httpd.dev") && !is_label("-x") && !is_label(""));
        assert!(is_subdomain("httpd.dev") && !is_subdomain("Httpd") && !is_subdomain("a..b"));
        assert!(!is_label(&"a".repeat(64)) && is_subdomain(&"a".repeat(64)));
        assert!(is_label_key("team") && is_label_key("example.com/Team_1") && !is_label_key("example.com/"));
        assert!(is_label_value("") && is_label_value("1.0.0") && !is_label_value("a b"));
    }
}
