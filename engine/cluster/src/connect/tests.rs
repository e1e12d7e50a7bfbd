use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::fake::{Fake, Reply};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An API server that says its version, with a certificate of this authority for this name. Answers with its port.
fn serve(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()])
        .unwrap()
        .signed_by(&key, authority)
        .unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let chain = vec![certificate.der().clone()];
    let config = Arc::new(
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = answer(&mut StreamOwned::new(tls, stream));
        }
    });
    port
}

/// One body serves for both of the requests that a probe makes.
fn answer(stream: &mut (impl Read + Write)) -> std::io::Result<()> {
    let _ = stream.read(&mut [0; 8192])?;
    let body = json!({"gitVersion": "v1.34.1", "status": {"userInfo": {"username": "admin"}}}).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    stream.flush()
}

fn connection(port: u16, certificate: String) -> Connection {
    let credential = Credential::Token(SecretString::from("hunter2"));
    Connection {
        url: format!("https://127.0.0.1:{port}"),
        certificate,
        credential,
    }
}

async fn probe(connection: &Connection) -> Result<String, ConnectError> {
    let options = Options {
        backoff_budget: Duration::from_secs(2),
        ..Options::default()
    };
    Cluster::connect_with(connection, options)?.probe().await
}

#[tokio::test]
async fn the_right_authority_is_trusted_and_a_wrong_one_is_not() {
    let right = authority();
    let port = serve(&right, "127.0.0.1");
    assert_eq!(probe(&connection(port, right.pem())).await.unwrap(), "v1.34.1");
    let error = probe(&connection(port, authority().pem())).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, ConnectError::Untrusted(_)), "{error:?}");
    assert!(
        said.contains("not trusted") && said.contains("Certificate that the Target names"),
        "{said}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let right = authority();
    let port = serve(&right, "elsewhere.example");
    let error = probe(&connection(port, right.pem())).await.unwrap_err();
    assert!(
        error.to_string().contains("does not hold the host name"),
        "{error}"
    );
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_before_anything_is_sent() {
    let pem = authority().pem();
    let bad = |url: &str, certificate: &str| Connection {
        url: url.to_owned(),
        certificate: certificate.to_owned(),
        ..connection(1, String::new())
    };
    for url in [
        "http://127.0.0.1:1",
        "127.0.0.1:6443",
        "",
        "https://user:hunter2@host",
    ] {
        let error = Cluster::connect(&bad(url, &pem)).unwrap_err();
        assert!(matches!(error, ConnectError::Url { .. }), "{error:?}");
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
    for certificate in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        let error = Cluster::connect(&bad("https://127.0.0.1:1", certificate)).unwrap_err();
        assert!(matches!(error, ConnectError::Certificate(_)), "{error:?}");
    }
    let broken = Connection {
        credential: Credential::ClientCertificate {
            certificate: "nonsense".to_owned(),
            key: SecretString::from("hunter2"),
        },
        ..bad("https://127.0.0.1:1", &pem)
    };
    let error = Cluster::connect(&broken).unwrap_err();
    assert!(matches!(error, ConnectError::Credential(_)), "{error:?}");
    assert!(!format!("{error}{error:?}{broken:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_the_server_ignores_is_as_good_as_none() {
    let anonymous = json!({"status": {"userInfo": {"username": "system:anonymous"}}});
    let fake = Fake::new(move |call, _| match call.path.as_str() {
        "/version" => Some(Reply::Json(200, json!({"gitVersion": "v1.34.1"}))),
        _ => Some(Reply::Json(201, anonymous.clone())),
    });
    let error = fake.cluster().probe().await.unwrap_err();
    assert!(matches!(error, ConnectError::Unauthorized(_)), "{error:?}");
}
