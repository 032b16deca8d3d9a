// Swagger UI on our own description; it asks no validator elsewhere.
window.SwaggerUIBundle({
  url: `${document.body.dataset.root}/openapi.json`,
  dom_id: "#swagger-ui",
  validatorUrl: null,
  deepLinking: true,
});
