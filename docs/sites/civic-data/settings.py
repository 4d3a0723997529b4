# Settings of a civic-data portal on Django REST framework, with texts in Portuguese, for the site's own settings.py.
# What else belongs there: ../../integrations/django/README.md
SPILLWAY_NOTICES = {
    "links": "/srv/dumps/links.json",
    "site": "https://dados.example.org/dumps/",
    "documentation": "https://dados.example.org/api/documentacao/",
    "contact": "mailto:contato@dados.example.org",
    "texts": {
        "language": "pt-BR",
        "429.title": "Pedidos demais",
        "429.detail": "Você atingiu o limite de pedidos por minuto, e por isso este foi recusado.",
        "403.title": "Programa sem identificação",
        "403.detail": "Este programa usa o nome padrão de uma biblioteca. Para consultas, diga no User-Agent quem você é"
        " e um contato, e será atendido. Para baixar os dados, não é preciso programa algum.",
        "400.title": "Página profunda demais",
        "400.detail": "Esta página está além do que o portal percorre.",
        "dataset": "Tudo o que você está pedindo, e todo o resto de {title}, está nos arquivos abaixo, com dados de {date}:"
        " {documents} registros, {bytes} bytes. Baixe os arquivos em vez de percorrer as páginas.",
        "site": "Cada conjunto de dados está inteiro em arquivos. Baixe os arquivos em vez de percorrer as páginas.",
        "nothing": "Como obter os dados: {documentation}",
        "more": "e mais {count}: {links}",
        "documents": "registros",
        "bytes": "bytes",
        "page": "Somas de verificação, licença, histórico e como baixar",
        "documentation": "Documentação",
        "contact": "Contato",
    },
}
SPILLWAY_TOO_DEEP = (
    "A página {page} de {size} resultados está além dos primeiros {most} resultados, que é até onde o portal percorre."
)
SPILLWAY_MAX_RESULTS = 10_000
SPILLWAY_BLOCKED_AGENTS = ["python-requests/", "Scrapy/", "Go-http-client/", "HTTrack"]
